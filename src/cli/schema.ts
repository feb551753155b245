import { components } from '../components/index.ts';
import { manifestSchema } from '../engine/manifest-schema.ts';
import { createRegistry } from '../engine/registry.ts';

/** Writes the JSON Schema of manifests, for editors. */
export async function runSchema(write: (text: string) => void): Promise<number> {
  write(`${JSON.stringify(manifestSchema(createRegistry(components)), undefined, 2)}\n`);
  return 0;
}
