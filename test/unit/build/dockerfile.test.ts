import assert from 'node:assert/strict';
import { lineOf, syntaxOf } from '../../../agent/build/dockerfile.ts';

const dockerfile = `# syntax=docker/dockerfile:1
ARG BASE=node:20

FROM \${BASE} AS deps
WORKDIR /app
# a comment
COPY package.json .
RUN npm ci && \\
  # a comment inside
    npm cache clean

FROM deps AS test
ENV CI=1
RUN <<EOF
RUN this is no instruction
EOF
RUN npm test

FROM scratch
COPY --from=deps /app /app
run echo last
`;

describe('a Dockerfile', () => {
  it('says where a step of a stage is, counted as BuildKit does', () => {
    const at = (stage: string, position: number, step: string): number | undefined =>
      lineOf(dockerfile, { stage, position, step });
    assert.equal(at('deps', 1, 'FROM docker.io/library/node:20'), 4);
    assert.equal(at('deps', 2, 'WORKDIR /app'), 5);
    assert.equal(at('deps', 3, 'COPY package.json .'), 7);
    assert.equal(at('deps', 4, 'RUN npm ci && npm cache clean'), 8);
    assert.equal(at('test', 1, 'RUN <<EOF (RUN this…)'), 14);
    assert.equal(at('test', 2, 'RUN npm test'), 17);
    assert.equal(at('stage-2', 1, 'COPY --from=deps /app /app'), 20);
    assert.equal(at('stage-2', 2, 'RUN echo last'), 21);
  });

  it('says where a step of the whole file is, counted as the classic builder does', () => {
    const at = (position: number, step: string): number | undefined =>
      lineOf(dockerfile, { stage: undefined, position, step });
    assert.equal(at(1, 'ARG BASE=node:20'), 2);
    assert.equal(at(5, 'RUN npm ci &&     npm cache clean'), 8);
    assert.equal(at(12, 'run echo last'), 21);
  });

  it('says nothing when the step is another one than it finds', () => {
    assert.equal(lineOf(dockerfile, { stage: 'deps', position: 4, step: 'COPY x y' }), undefined);
    assert.equal(lineOf(dockerfile, { stage: 'other', position: 1, step: 'RUN x' }), undefined);
    assert.equal(
      lineOf(dockerfile, { stage: 'deps', position: 0, step: 'load metadata for node:20' }),
      undefined,
    );
  });

  it('finds the only stage whether it has a name or not', () => {
    assert.equal(lineOf('FROM node:20\nRUN x\n', { stage: '', position: 2, step: 'RUN x' }), 2);
    assert.equal(lineOf('FROM node:20 AS only\nRUN x\n', { stage: 'only', position: 2, step: 'RUN x' }), 2);
  });

  it('names the frontend it asks for, only where such a line counts', () => {
    assert.equal(syntaxOf(dockerfile), 'docker/dockerfile:1');
    assert.equal(syntaxOf('# escape=`\n# Syntax = x/y:2\nFROM a'), 'x/y:2');
    assert.equal(syntaxOf('FROM a\n# syntax=x/y:2\n'), undefined);
    assert.equal(syntaxOf('# just words\n# syntax=x/y:2\nFROM a'), undefined);
  });
});
