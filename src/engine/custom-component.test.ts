import { describe, expect, it } from 'vitest';
import { buildFromYaml } from '../testing/build-from-yaml.ts';
import { customCode } from './custom-code.ts';
import type { Kinds } from './kinds.ts';
import { StreamSlice } from './stream-slice.ts';

const request = { slice: new StreamSlice(), token: undefined };

function build<Kind extends keyof Kinds>(kind: Kind, yaml: string, exported: unknown): Kinds[Kind] {
  return buildFromYaml(kind, yaml, { config: { suffix: '!' }, run: { customCode: customCode({ Mine: exported }) } });
}

describe('customComponent', () => {
  it('makes an object of a class, whose methods can be handed about, and adds what it leaves out', () => {
    class Mine {
      readonly #field: unknown;
      constructor(spec: Record<string, unknown>) {
        this.#field = spec['field'];
      }
      transform(record: Record<string, unknown>): void {
        record['field'] = this.#field;
      }
    }
    const { transform, reads } = build('transformation', 'type: CustomTransformation\nclass_name: a.b.Mine\nfield: x', Mine);
    const record = {};
    transform(record, request);
    expect(record).toEqual({ field: 'x' });
    expect(reads).toBe('all');
  });

  it('takes a function, which may build children and templates', () => {
    const Mine = (spec: { then: never }, b: Parameters<typeof customFilter>[1]) => customFilter(spec, b);
    function customFilter(spec: { then: never }, b: { build(kind: string, spec: never): { keep(...given: unknown[]): boolean } }) {
      const then = b.build('recordFilter', spec.then);
      return { reads: ['id'], keep: (record: { id: number }, asked: unknown) => record.id > 1 && then.keep(record, asked) };
    }
    const yaml = 'type: CustomRecordFilter\nclass_name: Mine\nthen: {type: RecordFilter, condition: "{{ record.id < 3 }}"}';
    const filter = build('recordFilter', yaml, Mine);
    expect([1, 2, 3].filter((id) => filter.keep({ id }, request))).toEqual([2]);
    expect(filter.reads).toEqual(['id']);
  });

  it('gives what cannot be imported', () => {
    const Mine = (_spec: unknown, _b: unknown, tools: { StreamSlice: typeof StreamSlice }) => ({
      async *slices() {
        yield new tools.StreamSlice({ id: 1 });
      },
    });
    const router = build('partitionRouter', 'type: CustomPartitionRouter\nclass_name: Mine', Mine);
    expect(router.contribute).toBeTypeOf('function');
    return expect(Array.fromAsync(router.slices())).resolves.toEqual([new StreamSlice({ id: 1 })]);
  });

  it.each([
    ['There is no code for x.Other', 'x.Other', () => ({})],
    ['The code must give an object', 'Mine', () => undefined],
    ['Mine has no migrate(state), which a CustomStateMigration must have', 'Mine', () => ({ shouldMigrate: () => true })],
  ])('says: %s', (message, className, exported) => {
    expect(() => build('stateMigration', `type: CustomStateMigration\nclass_name: ${className}`, exported)).toThrow(message);
  });
});
