import assert from 'node:assert/strict';
import { previewLink, previewToken } from '../../../agent/edge/preview.ts';

const token = {
  key: { id: 'k1', key: Buffer.from('secret-key-of-the-env').toString('base64url') },
  service: 'web',
  release: 12,
  expires: 1_800_000_000_999,
};

describe('a preview link', () => {
  it('is signed by an HMAC over everything before the signature', () => {
    // printf 'k1.web.12.1800000000' | openssl dgst -sha256 -hmac secret-key-of-the-env
    assert.equal(
      previewToken(token),
      'k1.web.12.1800000000.fca31e8084f503d94ee0c4de0e34332da288cd697bf5adf144b7036218c02d27',
    );
  });

  it('leads to the page it was made for, without its query', () => {
    const link = new URL(previewLink({ ...token, baseUrl: 'https://shop.example:8443/cart?a=1' }));
    assert.equal(link.origin + link.pathname, 'https://shop.example:8443/cart');
    assert.deepEqual([...link.searchParams], [['tidegate_preview', previewToken(token)]]);
  });
});
