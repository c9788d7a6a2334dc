import assert from 'node:assert/strict';
import { drawTerminal, linesOf } from '../../../scripts/pictures.ts';

describe('a picture of a terminal', () => {
  it('shows lines as they were last, with their styles', () => {
    const lines = linesOf('\r\u001b[K  … placing\r\u001b[K  \u001b[32m✔\u001b[39m live\r\nplain');
    assert.deepEqual(lines, [
      [
        { text: '  ', style: '' },
        { text: '✔', style: 'good' },
        { text: ' live', style: '' },
      ],
      [{ text: 'plain', style: '' }],
    ]);
  });

  it('has nothing of the text as markup', () => {
    const picture = drawTerminal(linesOf('a <b> & "c"'), 'x');
    assert.match(picture, /a &lt;b&gt; &amp; &quot;c&quot;/);
  });
});
