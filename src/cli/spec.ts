import { specComponents } from '../components/of-spec.ts';
import type { JsonObject } from '../lib/json.ts';
import type { ConnectorSpecification } from '../protocol/messages.ts';
import { buildSpec, customCodeOf, findConnector, inManifest } from './connector.ts';
import { INJECTED_MANIFEST } from './injected-keys.ts';
import type { CommandOptions } from './program.ts';
import { createRun } from './run.ts';
import { runCommand } from './session.ts';

/** What the engine says without a manifest. parity: cli/source_declarative_manifest/spec.json */
const GENERIC: ConnectorSpecification = {
  documentationUrl: 'https://docs.airbyte.com/integrations/sources/low-code',
  connectionSpecification: {
    $schema: 'http://json-schema.org/draft-07/schema#',
    type: 'object',
    required: [INJECTED_MANIFEST],
    additionalProperties: true,
    properties: {
      __injected_declarative_manifest: {
        title: 'Low-code manifest',
        type: 'object',
        description: 'The low-code manifest that defines the components of the source.',
      },
    },
  },
};

/** Prints the SPEC message. */
export function runSpec(options: CommandOptions): Promise<number> {
  return runCommand(options, specComponents, async (session) => {
    const connector = await findConnector(session, undefined, ({ withoutStreams }) => withoutStreams?.());
    const spec =
      connector === undefined
        ? GENERIC
        : await inManifest(connector, async () => {
            const customCode = await customCodeOf(session, connector, connector.manifest['spec']);
            const run = createRun(session, { folder: connector.folder, customCode, saveConfig: async () => {} });
            return buildSpec(session, connector, run)?.message as (JsonObject & ConnectorSpecification) | undefined;
          });
    session.output.message({
      type: 'SPEC',
      spec: { connectionSpecification: {}, supportsNormalization: false, supportsDBT: false, ...spec },
    });
    return 0;
  });
}
