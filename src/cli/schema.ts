import { components } from '../components/index.ts';
import { manifestSchema } from '../engine/manifest-schema.ts';
import { createRegistry } from '../engine/registry.ts';

/** Prints the JSON Schema of manifests, for editors. */
export async function runSchema(): Promise<number> {
  await new Promise<void>((resolve) => process.stdout.write(`${JSON.stringify(manifestSchema(createRegistry(components)), undefined, 2)}\n`, () => resolve()));
  return 0;
}
