import { readFileSync } from 'node:fs';
import { Validator } from '@cfworker/json-schema';
import { parse } from 'yaml';
import { sharedPath } from '../parity/shared.ts';

/** Tells what is wrong with a message by the Airbyte protocol's own schema; undefined on a machine that does not have the schema. */
export function protocolValidator(): ((message: unknown) => string[]) | undefined {
  const file = sharedPath('reference/airbyte_protocol.yaml');
  if (file === undefined) return undefined;
  const { definitions } = parse(readFileSync(file, 'utf8')) as { definitions: Record<string, unknown> };
  const validator = new Validator({ $ref: '#/definitions/AirbyteMessage', definitions }, '7', false);
  return (message) => validator.validate(message).errors.map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`);
}
