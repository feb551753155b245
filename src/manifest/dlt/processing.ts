import type { JsonObject } from '../../lib/json.ts';
import { isPlainObject } from '../../lib/objects.ts';
import { expressionAt } from './expressions.ts';
import { itemsAt, type Members, member, membersAt, type Place, refuse, refuseCode, textsAt } from './places.ts';
import type { Scope } from './scope.ts';

const STEPS = ['filter', 'map', 'yield_map', 'exclude'];

/** The transformations for the fields that come from the parent, and for the processing steps, in their order. */
// parity: dlt/sources/rest_api/config_setup.py:build_parent_record, dlt/sources/rest_api/__init__.py:create_resources
export function compileProcessing(hints: Members, scope: Scope): JsonObject[] {
  const fromParent = member(hints, 'include_from_parent');
  const steps = member(hints, 'processing_steps');
  return [
    ...(fromParent === undefined ? [] : [parentFields(fromParent, scope)]),
    ...(steps === undefined ? [] : itemsAt(steps, 'processing_steps').flatMap(compileStep)),
  ];
}

function parentFields(place: Place, scope: Scope): JsonObject {
  const { parent } = scope;
  if (parent === undefined) return refuse(place, 'A resource that depends on no other has no parent to include fields from.');
  const fields = itemsAt(place, 'include_from_parent').map((item) => {
    const [field = ''] = textsAt(item, 'A field of the parent');
    return [`_${parent}_${field}`, `{{ ${scope.parentField(parent, quotedKey(field), item)} }}`] as const;
  });
  return { type: 'SetFields', fields: Object.fromEntries(fields) };
}

/** A field's name as a JSONPath to it. */
function quotedKey(field: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(field) ? field : `'${field.replace(/[\\']/g, '\\$&')}'`;
}

function compileStep(place: Place): JsonObject[] {
  const step = membersAt(place, 'A processing step', STEPS);
  const yieldMap = step.get('yield_map');
  if (yieldMap !== undefined)
    refuse(yieldMap, '"yield_map" makes several records of one, which cannot be done here.', 'Let data_selector lead to the inner list.');
  const [filter, map, exclude] = [member(step, 'filter'), member(step, 'map'), member(step, 'exclude')];
  return [
    ...(filter === undefined ? [] : [{ type: 'FilterRecords', condition: `{{ ${expressionAt(filter, 'record')} }}` }]),
    ...(map === undefined ? [] : [compileMap(map)]),
    ...(exclude === undefined ? [] : [{ type: 'RemoveFields', field_pointers: textsAt(exclude, '"exclude"').map((field) => [field]) }]),
  ];
}

function compileMap(place: Place): JsonObject {
  const hint = 'Write the fields that it sets: {"map": {"name": "an expression over record"}}.';
  refuseCode(place, hint);
  if (!isPlainObject(place.value)) refuse(place, '"map" is an object of fields and expressions.', hint);
  const fields = [...membersAt(place, '"map"')].map(([name, field]) => [name, fieldValue(field)] as const);
  return { type: 'SetFields', fields: Object.fromEntries(fields) };
}

function fieldValue(field: Place): JsonObject[string] {
  return typeof field.value === 'string' || isPlainObject(field.value) ? `{{ ${expressionAt(field, 'record')} }}` : (field.value ?? null);
}
