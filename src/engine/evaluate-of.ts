import { str } from '../lang/index.ts';
import type { JsonObject } from '../lib/json.ts';
import { isPlainObject, ownProperty } from '../lib/objects.ts';
import type { Builder } from './builder.ts';

/** The text of a template that stands in another declaration: evaluated with the parameters of that declaration. */
export function evaluateOf({ config, path, run }: Builder, declaration: JsonObject, template: string): string {
  const own = ownProperty(declaration, '$parameters');
  const parameters = isPlainObject(own) ? (own as JsonObject) : {};
  return str(run.templates.compile(template, { path }).evaluateString({ config, parameters }));
}
