import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const SRC = path.resolve(import.meta.dirname, '../src');

/** The rooms of src and the rooms that each may import from; `testing` is for tests and may see everything. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  lib: [],
  lang: ['lib'],
  http: ['lib', 'lang'],
  protocol: ['lib'],
  manifest: ['lib', 'http'],
  confined: ['lib'],
  recording: ['lib', 'http', 'protocol'],
  warehouse: ['lib', 'protocol'],
  operations: ['lib', 'http', 'protocol'],
  engine: ['lib', 'lang', 'http', 'protocol', 'manifest'],
  components: ['lib', 'lang', 'engine', 'protocol', 'manifest'],
  cli: ['lib', 'lang', 'http', 'protocol', 'manifest', 'engine', 'components', 'confined', 'recording', 'warehouse', 'operations'],
};

interface Source {
  /** The path from src on. */
  readonly file: string;
  readonly text: string;
  /** What it imports, by paths from src on, and modules of Node or packages by their names. */
  readonly imports: readonly string[];
}

const sources = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !/\.(test|fixture|d)\.ts$/.test(file) && !file.includes('testing/'))
  .map((file): Source => {
    const text = readFileSync(path.join(SRC, file), 'utf8');
    const specifiers = [...text.matchAll(/(?:from|import\()\s*'([^']+)'/g)].map(([, specifier = '']) => specifier);
    return {
      file,
      text,
      imports: specifiers.map((specifier) => (specifier.startsWith('.') ? path.join(path.dirname(file), specifier) : specifier)),
    };
  });

function roomOf(file: string): string | undefined {
  return file.includes('/') && !file.startsWith('..') ? file.split('/')[0] : undefined;
}

function isComponent({ file, text }: Source): boolean {
  return file.startsWith('components/') && /= component\(/.test(text);
}

/** A component type that is a word of HTTP as well. */
const SCHEME = 'Bearer';

/** The lists of component types that scripts/generate-component-index.ts writes. */
const GENERATED_LISTS: ReadonlySet<string> = new Set(['components/index.ts', 'components/of-spec.ts']);

describe('the rooms of src', () => {
  it('are all known', () => {
    const found = new Set(sources.flatMap(({ file }) => roomOf(file) ?? []));
    expect([...found].sort()).toEqual(Object.keys(ROOMS).sort());
  });

  it('import one way', () => {
    const wrong = sources.flatMap(({ file, imports }) => {
      const room = roomOf(file);
      if (room === undefined) return [];
      return imports
        .filter((target) => roomOf(target) !== undefined && target.endsWith('.ts') && !isAllowed(room, roomOf(target) ?? ''))
        .map((target) => `${file} imports ${target}`);
    });
    expect(wrong).toEqual([]);
  });

  it('hold files in kebab case', () => {
    expect(sources.map(({ file }) => file).filter((file) => !/^[a-z0-9/-]+\.ts$/.test(file))).toEqual([]);
  });
});

function isAllowed(room: string, target: string): boolean {
  return room === target || (ROOMS[room] ?? []).includes(target);
}

describe('a component', () => {
  const components = sources.filter(isComponent);
  const names = new Set(components.map(({ file }) => file));

  it('imports no other component, and nothing from the folders of others', () => {
    const wrong = sources
      .filter(({ file }) => file.startsWith('components/') && !GENERATED_LISTS.has(file))
      .flatMap(({ file, imports }) => {
        const targets = imports.filter((target) => target.startsWith('components/'));
        return targets
          .filter((target) => names.has(target) || path.dirname(target) !== path.dirname(file))
          .map((target) => `${file} imports ${target}`);
      });
    expect(wrong).toEqual([]);
  });

  it('touches neither the network, the output nor files, and of the protocol only the failures', () => {
    const wrong = sources
      .filter(({ file }) => file.startsWith('components/'))
      .flatMap(({ file, imports }) => {
        const forbidden = (target: string): boolean =>
          /^node:(fs|http|https|net|tls|child_process)\b/.test(target) ||
          target.startsWith('http/') ||
          (target.startsWith('protocol/') && target !== 'protocol/failure.ts');
        return imports.filter(forbidden).map((target) => `${file} imports ${target}`);
      });
    expect(wrong).toEqual([]);
  });

  it('is on the list', () => {
    const listed = sources.find(({ file }) => file === 'components/index.ts')?.imports ?? [];
    expect(components.map(({ file }) => file).filter((file) => !listed.includes(file))).toEqual([]);
  });
});

describe('stdout', () => {
  /** Commands whose answers are for people rather than messages. */
  const FOR_PEOPLE = ['cli/program.ts', 'cli/schema.ts'];

  it('is written by the output alone', () => {
    const writers = sources
      .filter(({ text }) => /process\.stdout|console\.(log|info|debug)|\bwriteSync\(|\bwritev?\(1\b/.test(text))
      .map(({ file }) => file);
    // The channel writes to a descriptor of its own.
    expect(
      writers.filter(
        (file) => !['confined/channel.ts', 'lib/replace-file.ts', 'protocol/output.ts', 'protocol/sink.ts', ...FOR_PEOPLE].includes(file),
      ),
    ).toEqual([]);
  });
});

describe('generic code', () => {
  /** The root of every manifest, and the part of it that is built without the rest. */
  const ROOTS = ['DeclarativeSource', 'Spec'];

  it('names no concrete component', () => {
    const types = sources
      .filter(isComponent)
      .flatMap(({ text }) => [...text.matchAll(/^ {2}type: '(\w+)',$/gm)].map(([, type = '']) => type))
      .filter((type) => !ROOTS.includes(type) && type !== SCHEME);
    expect(types.length).toBeGreaterThan(50);
    const generic = sources.filter(({ file }) => /^(lib|lang|http|protocol|engine|cli)\//.test(file));
    const wrong = generic.flatMap(({ file, text }) => {
      const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
      return types.filter((type) => new RegExp(`['"\`]${type}['"\`]`).test(code)).map((type) => `${file} names ${type}`);
    });
    expect(wrong).toEqual([]);
  });
});
