import { type Json, type JsonObject, stringifyJson } from '../lib/json.ts';
import type { Output } from '../protocol/output.ts';
import { watchOutput } from '../protocol/watch-output.ts';
import type { StreamOutcome } from '../recording/format.ts';
import { createRecorder } from '../recording/recorder.ts';
import type { Connector } from './connector.ts';
import { INJECTED_MANIFEST } from './injected-keys.ts';
import type { Session } from './session.ts';
import { version } from './version.ts';
import type { World } from './world.ts';

/** The inputs of a run, as they were given. */
export interface RunInputs {
  readonly command: string;
  readonly connector: Connector;
  readonly catalog: Json;
  readonly state: Json;
}

/** A run whose responses are kept. */
export interface RecordedRun {
  readonly world: World;
  /** The output, watched for how the streams end. */
  watch(output: Output): Output;
  describe(inputs: RunInputs): Promise<void>;
  /** Ends the recording; throws SystemError when it is not complete. */
  close(): Promise<void>;
}

interface Outcome {
  status: StreamOutcome['status'];
  state?: JsonObject;
  records: () => number;
}

/** Keeps the responses of a run in a new folder within `parent`. */
export async function recordRun({ secrets, log }: Pick<Session, 'secrets' | 'log'>, parent: string): Promise<RecordedRun> {
  const recorder = await createRecorder(parent, { now: Date.now, random: Math.random, secrets });
  const outcomes = new Map<string, Outcome>();
  log.info(`The responses are kept in ${recorder.folder}`);
  return {
    world: {
      wrapSend: (send) => recorder.wrap(send),
      wrapReadFile: (read) => async (file) => {
        const text = await read(file);
        if (text !== undefined) recorder.keepFile(file, text);
        return text;
      },
    },
    watch(output) {
      const outcomeOf = (name: string): Outcome => {
        const known = outcomes.get(name) ?? { status: 'INCOMPLETE', records: () => output.recordWriter({ name }).count };
        outcomes.set(name, known);
        return known;
      };
      return watchOutput(output, {
        state: ({ name }, state) => void Object.assign(outcomeOf(name), { state }),
        status({ name }, status) {
          const outcome = outcomeOf(name);
          if (status === 'COMPLETE' || status === 'INCOMPLETE') outcome.status = status;
        },
      });
    },
    describe: ({ command, connector, catalog, state }) =>
      recorder.describe({ engine: version(), command, manifest: manifestFile(connector), config: ownConfig(connector), catalog, state }),
    close: () =>
      recorder.close(Object.fromEntries([...outcomes].map(([name, { records, ...rest }]) => [name, { ...rest, records: records() }]))),
  };
}

function manifestFile({ text, config }: Connector): { name: string; text: string } {
  const content = text?.() ?? stringifyJson(config[INJECTED_MANIFEST]);
  return { name: content.trimStart().startsWith('{') ? 'manifest.json' : 'manifest.yaml', text: content };
}

function ownConfig({ config }: Connector): JsonObject {
  const { [INJECTED_MANIFEST]: _, ...own } = config;
  return own;
}
