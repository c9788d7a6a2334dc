/** Where a service's image comes from: a name, or a build out of the commit. */
import type { Field } from './compose-field.ts';
import { buildKeys, checkKeys } from './compose-keys.ts';
import { fillIn, readPairs } from './compose-pairs.ts';
import type { Variables } from './interpolate.ts';
import type { ImageSource } from './model.ts';
import { repositoryPath } from './repository-path.ts';
import { imagePattern } from './schema.ts';

export function readImageSource(service: Field, variables: Variables): ImageSource | undefined {
  const build = service.get('build');
  const image = service.get('image');
  if (build) {
    if (image)
      image.warning({
        code: 'compose.unused-key',
        message: 'has no effect beside "build:".',
        hint: 'Tidegate names the images it builds after their content.',
      });
    return readBuild(build, variables);
  }
  if (image) return readImage(image);
  service.errorAtKey({
    code: 'compose.missing-key',
    message: 'has neither "image" nor "build".',
    hint: 'Say where its image comes from: "build: ." or "image: name:tag".',
  });
  return undefined;
}

function readImage(field: Field): ImageSource | undefined {
  const ref = field.text('Write the name of an image: name:tag.');
  if (ref === undefined) return undefined;
  if (imagePattern.test(ref)) return { kind: 'image', ref };
  field.error({
    code: 'compose.invalid-value',
    message: `${field.shown} is not an image name.`,
    hint: 'Write it as name:tag in lower case, for example nginx:1.27 or registry.example/shop/web:2.',
  });
  return undefined;
}

function readBuild(build: Field, variables: Variables): ImageSource | undefined {
  const isShort = build.tree.kind === 'scalar';
  if (!isShort) checkKeys(build, buildKeys);
  if (!isShort && build.tree.kind !== 'map') return undefined;
  const context = readContext(isShort ? build : build.get('context'), build);
  if (context === undefined) return undefined;
  const dockerfile = readDockerfile(build.get('dockerfile'), context);
  const args = build.get('args');
  const pairs = args ? fillIn(readPairs(args), variables) : [];
  const target = build.get('target')?.text('Write the name of a stage of the Dockerfile.');
  if (dockerfile === undefined) return undefined;
  return {
    kind: 'build',
    context,
    dockerfile,
    target,
    args: Object.fromEntries(
      pairs.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])),
    ),
  };
}

function readContext(field: Field | undefined, build: Field): string | undefined {
  if (!field) {
    build.errorAtKey({
      code: 'compose.missing-key',
      message: '"context" is missing.',
      hint: 'Name the folder to build: "context: .".',
    });
    return undefined;
  }
  const written = field.text('Name a folder of the repository: ".".');
  if (written === undefined) return undefined;
  if (/^[a-z][a-z0-9+.-]*:\/\/|^git@|^github\.com\//i.test(written)) {
    field.error({
      code: 'compose.unsupported-value',
      message: `${field.shown} is not a folder: remote contexts are not supported yet.`,
      hint: 'Build a folder of this repository, so that the image belongs to the commit.',
    });
    return undefined;
  }
  return inside(field, field.folder, written);
}

function readDockerfile(field: Field | undefined, context: string): string | undefined {
  const written = field ? field.text('Name a file, seen from the context: Dockerfile.') : 'Dockerfile';
  if (written === undefined) return undefined;
  const path = field ? inside(field, context, written) : repositoryPath(context, written);
  if (path !== '') return path;
  field?.error({
    code: 'compose.invalid-value',
    message: `${field.shown} is the folder, not a file.`,
    hint: 'Name a file, seen from the context: Dockerfile.',
  });
  return undefined;
}

function inside(field: Field, folder: string, written: string): string | undefined {
  const path = repositoryPath(folder, written);
  if (path === undefined)
    field.error({
      code: 'compose.outside-repository',
      message: `${field.shown} is outside of the repository.`,
      hint: 'Use a relative path with "/" that stays inside: only what is in the commit can be built.',
    });
  return path;
}
