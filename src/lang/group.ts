import { getAttribute, getItem } from './operators.ts';
import { Tuple, type Value } from './values.ts';

/** A group of the filter `groupby`: a tuple of the common value and the list of items, which are attributes too. */
// parity: jinja2/filters.py:_GroupTuple
export class Group extends Tuple {
  static make(grouper: Value, items: Value[]): Group {
    const group = new Group();
    group.push(grouper, items);
    return group;
  }

  /** The part of that name, undefined for any other name. */
  part(name: Value): Value | undefined {
    if (name === 'grouper') return this[0];
    return name === 'list' ? this[1] : undefined;
  }
}

/** `value.name` of a template, where value may be a group. */
export function attributeOf(value: Value, name: string): Value {
  const part = value instanceof Group ? value.part(name) : undefined;
  return part === undefined ? getAttribute(value, name) : part;
}

/** `value[key]` of a template, where value may be a group. */
export function itemOf(value: Value, key: Value): Value {
  const part = value instanceof Group ? value.part(key) : undefined;
  return part === undefined ? getItem(value, key) : part;
}
