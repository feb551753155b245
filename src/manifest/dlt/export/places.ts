import type { Json } from '../../../lib/json.ts';
import type { Part } from './parts.ts';

/** Where an option puts its value, if it is a place with one name. */
export function placedAt(option: Part): { into: string; name: string }[] {
  const [into, name, path] = ['inject_into', 'field_name', 'field_path'].map((key) => option.take(key)) as (Json | undefined)[];
  if ((into === 'request_parameter' || into === 'header' || into === 'body_json') && typeof name === 'string' && path === undefined)
    return [{ into, name }];
  option.lose('Its place has no counterpart.');
  return [];
}
