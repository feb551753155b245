import { type Json, type JsonObject, stringifyJson } from '../lib/json.ts';
import type { Output } from '../protocol/output.ts';
import { watchOutput } from '../protocol/watch-output.ts';
import type { StreamOutcome } from '../recording/format.ts';
import { createRecorder } from '../recording/recorder.ts';
import { type Connector, INJECTED_MANIFEST, type Session } from './session.ts';
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
  readonly session: Session;
  readonly describe: (inputs: RunInputs) => Promise<void>;
  /** Ends the recording; throws SystemError when it is not complete. */
  readonly close: () => Promise<void>;
}

/** A session whose responses are kept in a new folder within `parent`. */
export async function recordRun(session: Session, parent: string): Promise<RecordedRun> {
  const { secrets, log } = session;
  const recorder = await createRecorder(parent, { now: Date.now, random: Math.random, secrets });
  const outcomes = new Map<string, { status: StreamOutcome['status']; state?: JsonObject; records: () => number }>();
  const outcomeOf = (name: string) => {
    const known = outcomes.get(name) ?? { status: 'INCOMPLETE', records: () => output.recordWriter({ name }).count };
    outcomes.set(name, known);
    return known;
  };
  const output: Output = watchOutput(session.output, {
    state: ({ name }, state) => void Object.assign(outcomeOf(name), { state }),
    status({ name }, status) {
      if (status === 'COMPLETE' || status === 'INCOMPLETE') outcomeOf(name).status = status;
    },
  });
  const world: World = {
    ...session.world,
    wrapSend: (send) => recorder.wrap(session.world?.wrapSend?.(send) ?? send),
    wrapReadFile: (read) => async (file) => {
      const text = await read(file);
      if (text !== undefined) recorder.keepFile(file, text);
      return text;
    },
  };
  log.info(`The responses are kept in ${recorder.folder}`);
  return {
    session: { ...session, output, world },
    describe: ({ command, connector, catalog, state }) =>
      recorder.describe({ engine: version(), command, manifest: manifestFile(connector), config: ownConfig(connector), catalog, state }),
    close: () =>
      recorder.close(Object.fromEntries([...outcomes].map(([name, { records, ...rest }]) => [name, { ...rest, records: records() }]))),
  };
}

function manifestFile({ text, config }: Connector): { name: string; text: string } {
  const content = text ?? stringifyJson(config[INJECTED_MANIFEST]);
  return { name: content.trimStart().startsWith('{') ? 'manifest.json' : 'manifest.yaml', text: content };
}

function ownConfig({ config }: Connector): JsonObject {
  const { [INJECTED_MANIFEST]: _, ...own } = config;
  return own;
}
