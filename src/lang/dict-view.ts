import { type AnyDict, dictEntries, dictKeys, dictSize, dictValues } from './dicts.ts';
import { repr } from './repr.ts';
import { HostMapping, PythonObject, tupleFrom, type Value } from './values.ts';

/** What `keys()`, `values()` and `items()` of a mapping give: it follows later changes of the mapping. */
export class DictView extends PythonObject {
  readonly kind: 'keys' | 'values' | 'items';
  readonly mapping: AnyDict | HostMapping;

  constructor(kind: 'keys' | 'values' | 'items', mapping: AnyDict | HostMapping) {
    super();
    this.kind = kind;
    this.mapping = mapping;
  }

  get typeName(): string {
    return `dict_${this.kind}`;
  }

  override length(): number {
    return this.mapping instanceof HostMapping ? this.mapping.length() : dictSize(this.mapping);
  }

  override *iterate(): Iterable<Value> {
    if (this.kind === 'items') for (const pair of this.entries()) yield tupleFrom(pair);
    else if (this.mapping instanceof HostMapping) for (const [key, value] of this.entries()) yield this.kind === 'keys' ? key : value;
    else yield* this.kind === 'keys' ? dictKeys(this.mapping) : dictValues(this.mapping);
  }

  private entries(): Iterable<[Value, Value]> {
    return this.mapping instanceof HostMapping ? hostEntries(this.mapping) : dictEntries(this.mapping);
  }

  override repr(): string {
    return `${this.typeName}(${repr([...this.iterate()])})`;
  }

  override hashable(): boolean {
    return this.kind === 'values';
  }
}

/** The pairs of key and value of an engine's mapping in order. */
export function* hostEntries(mapping: HostMapping): Iterable<[string, Value]> {
  for (const key of mapping.keys()) {
    const value = mapping.get(key);
    if (value !== undefined) yield [key, value];
  }
}
