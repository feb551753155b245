import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { CheckpointEvery } from '../engine/checkpoint-settings.ts';
import { GuardError, type GuardOption, parseGuard } from '../engine/guards.ts';
import type { Shard } from '../engine/shard.ts';
import { HOST_FORMS, type HostRule, parseHostRule } from '../http/hosts.ts';
import { printText } from '../protocol/output.ts';
import type { CatalogOptions } from './catalog.ts';
import type { ConvertOptions } from './convert.ts';
import type { OperationOptions } from './instrumented-run.ts';
import type { ReplayCommandOptions } from './replay.ts';
import type { ServeOptions } from './serve.ts';
import { parseShard } from './shard-option.ts';
import type { SyncCommandOptions } from './sync-options.ts';
import { tell } from './tell.ts';
import { version } from './version.ts';

/** The options of one run of a command. */
export interface CommandOptions extends OperationOptions {
  readonly config?: string;
  readonly catalog?: string;
  readonly state?: string;
  readonly manifestPath?: string;
  readonly componentsPath?: string;
  readonly debug?: boolean;
  readonly shard?: Shard;
  readonly guard?: readonly GuardOption[];
  readonly checkpoint?: CheckpointEvery;
  readonly cloud?: boolean;
  readonly credentialHost?: readonly HostRule[];
}

/** The options of `eval`. */
type EvalOptions = Partial<Record<'record' | 'config' | 'response' | 'now', string>> & { readonly jsonl?: boolean };

/** A command of the connector; gives the exit code. */
export type RunCommand = (options: CommandOptions) => Promise<number>;

const USAGE_ERROR = 2;
const forPeople = { write: printText, tell: (text: string): void => tell(`${text}\n`) };

type RunAction = (options: CommandOptions) => Promise<void>;

/** Takes the exit code of a command. */
type End = (exitCode: number) => void;

/** The commands, each as it is added to a program, in the order of the help. */
const COMMANDS: Readonly<Record<string, (program: Command, end: End) => void>> = {
  spec: (program, end) =>
    addCommand(
      program,
      'spec',
      'prints what a config of the connector looks like',
      'source-declarative spec --manifest-path manifest.yaml',
    ).action(run(end, async () => (await import('./spec.ts')).runSpec)),
  check: (program, end) =>
    withConfig(
      addCommand(program, 'check', 'tries whether a config works', 'source-declarative check --config secrets/config.json'),
    ).action(run(end, async () => (await import('./check.ts')).runCheck)),
  discover: (program, end) =>
    withConfig(
      addCommand(program, 'discover', 'prints the streams and their schemas', 'source-declarative discover --config secrets/config.json'),
    ).action(run(end, async () => (await import('./discover.ts')).runDiscover)),
  read: addRead,
  catalog: addCatalog,
  convert: addConvert,
  sync: addSync,
  replay: addReplay,
  schema: addSchema,
  prepare: addPrepare,
  state: addState,
  typegen: addTypegen,
  eval: addEval,
  serve: addServe,
  'answer-request': (program, end) =>
    program
      .command('answer-request', { hidden: true })
      .action(async () => end(await (await import('./serve/answer-request.ts')).answerRequest())),
};

/** Runs the command that the arguments name and gives its exit code: 2 for arguments that make no command. */
export async function runProgram(argv: readonly string[]): Promise<number> {
  let exitCode = 0;
  const program = new Command('source-declarative')
    .description('Pulls data out of HTTP APIs by a declarative manifest, and prints it as Airbyte messages.')
    .version(version())
    .showHelpAfterError('(add --help for what there is)')
    .exitOverride();
  const [name = ''] = argv;
  // Where the first argument is a command, the others need not be made.
  const asked = Object.hasOwn(COMMANDS, name) ? [COMMANDS[name]] : Object.values(COMMANDS);
  for (const add of asked) {
    add?.(program, (code) => {
      exitCode = code;
    });
  }
  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return 0;
    return argv.length === 0 ? 1 : USAGE_ERROR;
  }
  return exitCode;
}

function run(end: End, load: () => Promise<RunCommand>): RunAction {
  return async (options) => end(await (await load())(options));
}

function addRead(program: Command, end: End): void {
  withOperations(
    withConfig(
      addCommand(
        program,
        'read',
        'reads the streams of a catalog',
        'source-declarative read --config secrets/config.json --catalog catalog.json --state state.json',
      ),
    )
      .requiredOption('--catalog <file>', 'the configured catalog: which streams are read, and how (- for standard input)')
      .option('--state <file>', 'the state that the last read left (- for standard input)'),
  )
    .option('--shard <part>', 'reads one part of the work, such as 2/8; `state merge` joins the states', parseShard)
    .addOption(
      new Option(
        '--checkpoint <every>',
        'when states are printed: after each page, from which a killed read then goes on, or after each slice (default: page where the catalog says is_resumable)',
      ).choices(['page', 'slice'] satisfies CheckpointEvery[]),
    )
    .option('--history <file>', 'remembers the numbers of records of each run there, and warns when one is unusual')
    .action(run(end, async () => (await import('./read.ts')).runRead));
}

function addCatalog(program: Command, end: End): void {
  withConfig(
    addCommand(
      program,
      'catalog',
      'writes a configured catalog of the streams, with the sync modes and keys that the manifest suggests',
      'source-declarative catalog --config secrets/config.json > catalog.json',
    ),
  )
    .option('--streams <names>', 'only these streams, separated by commas')
    .action(async (options: CatalogOptions) => end(await (await import('./catalog.ts')).runCatalog(options, forPeople)));
}

function addSchema(program: Command, end: End): void {
  program
    .command('schema')
    .description('prints the JSON Schema of manifests, for editors')
    .addHelpText('after', '\nExample:\n  $ source-declarative schema > manifest.schema.json')
    .action(async () => end(await (await import('./schema.ts')).runSchema(printText)));
}

function addPrepare(program: Command, end: End): void {
  program
    .command('prepare')
    .description('stores a manifest as the engine reads it, so that its commands start faster')
    .argument('<manifest>', 'the manifest, YAML or JSON')
    .option('--output <file>', 'where to: beside the manifest unless stated')
    .addHelpText('after', '\nExample:\n  $ source-declarative prepare manifest.yaml')
    .action(async (manifest: string, options: { readonly output?: string }) =>
      end(await (await import('./prepare.ts')).runPrepare({ manifest, ...options })),
    );
}

function addState(program: Command, end: End): void {
  withConfig(
    addCommand(
      program.command('state').description('works on states'),
      'merge',
      'makes one state of those that the shards of a read left',
      'source-declarative state merge --config secrets/config.json shard-*.jsonl > state.json',
    ),
  )
    .argument('<files...>', 'the state of each shard, or all that it printed')
    .action(async (files: string[], options: CommandOptions) =>
      end(await (await import('./state-merge.ts')).runStateMerge(files, options, forPeople)),
    );
}

function addTypegen(program: Command, end: End): void {
  addCommand(
    program,
    'typegen',
    'writes TypeScript types of the config and of the records of every stream',
    'source-declarative typegen --config secrets/config.json --output types.ts',
  )
    .option('--config <file>', 'the config, JSON, for schemas that depend on it (- for standard input)')
    .option('--output <file>', 'where the types are written, instead of standard output')
    .action(async (options: CommandOptions & { readonly output?: string }) =>
      end(await (await import('./typegen.ts')).runTypegen(options, forPeople)),
    );
}

function addEval(program: Command, end: End): void {
  program
    .command('eval')
    .description('evaluates a template as a manifest would, and says what type its result has')
    .argument('[template]', 'the template')
    .option('--record <file>', 'the record, JSON')
    .option('--config <file>', 'the config, JSON; its secrets are masked in what is shown')
    .option('--response <file>', 'the response, JSON')
    .option('--now <time>', 'the present, ISO 8601')
    .option('--jsonl', 'evaluates a template for each line of standard input, each an object with "template" and "context"')
    .addHelpText('after', `\nExample:\n  $ source-declarative eval "{{ record['updated_at'] | int / 1000 }}" --record record.json`)
    .action(async (template: string | undefined, options: EvalOptions) => {
      const given = { ...options, jsonl: options.jsonl === true, ...(template === undefined ? {} : { template }) };
      end(await (await import('./eval.ts')).runEval(given, process.stdin, printText));
    });
}

function collectNames(name: string, before: readonly string[] = []): readonly string[] {
  return [...before, name];
}

function addServe(program: Command, end: End): void {
  program
    .command('serve')
    .description("serves the HTTP API of Airbyte's manifest server, for the Connector Builder")
    .option('--host <address>', 'the address to listen on', '127.0.0.1')
    .option('--port <number>', 'the port to listen on; 0 takes a free one', '8000')
    .option('--processes <number>', 'requests that are answered at a time, each in a process of its own', '8')
    .option('--timeout <seconds>', 'the longest that a request may take', '300')
    .option('--memory <megabytes>', 'the most memory that a request may take', '1024')
    .option('--max-body <megabytes>', 'the largest body of a request', '32')
    .option('--allow-host <name>', 'answer requests to, and of web pages at, this host name (repeatable)', collectNames)
    .addHelpText('after', '\nExample:\n  $ source-declarative serve --port 8080')
    .action(async (options: ServeOptions) => {
      const { runServe } = await import('./serve.ts');
      end(await runServe(options, process.argv[1] as string, (line) => tell(`${line}\n`)));
    });
}

function addConvert(program: Command, end: End): void {
  program
    .command('convert')
    .description('writes a dlt rest_api config as a manifest, or a manifest as a dlt config, and lists what is lost')
    .argument('<file>', 'the config, YAML, JSON or Python, or the manifest (- for standard input)')
    .addOption(
      new Option('--format <format>', 'how it is written (default: a manifest as YAML, a config as Python)').choices([
        'yaml',
        'json',
        'python',
      ]),
    )
    .option('--output <file>', 'where to, instead of standard output')
    .option('--strict', 'ends with exit code 1 when anything is lost')
    .addHelpText('after', '\nExample:\n  $ source-declarative convert pipeline.py > manifest.yaml')
    .action(async (file: string, options: Omit<ConvertOptions, 'file'>) =>
      end(await (await import('./convert.ts')).runConvert({ file, ...options }, forPeople)),
    );
}

function addSync(program: Command, end: End): void {
  const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];
  withOperations(
    withConfig(
      addCommand(
        program,
        'sync',
        'loads streams into a local warehouse and keeps their state there',
        'source-declarative sync --config secrets/config.json --to duckdb:warehouse.duckdb',
      ),
    ),
  )
    .requiredOption('--to <kind:place>', 'where to: duckdb:FILE, sqlite:FILE, parquet:FOLDER or jsonl:FOLDER')
    .option('--catalog <file>', 'the configured catalog; without it all streams are read, incrementally where they can be')
    .option('--streams <names>', 'only these streams, separated by commas')
    .addOption(new Option('--key <stream=fields>', 'the natural key of a stream, in place of its primary key').argParser(collect))
    .option('--full-refresh', 'reads every stream from its beginning, and removes the rows that are gone')
    .option('--full-refresh-every <duration>', 'does so when the last time is longer ago than this, such as P7D')
    .option('--overlap <duration>', 'begins so much before the end of the last sync, in place of the lookback_window of the manifest')
    .option('--duckdb-memory <megabytes>', 'the most memory that DuckDB takes (default: half of what there is, at most 4096)')
    .option('--commit-every <duration>', 'how much reading a kill may undo at most, such as PT10S (default: PT2S)')
    .action(async (options: SyncCommandOptions) => {
      end(await (await import('./sync.ts')).runSync(options));
    });
}

function addReplay(program: Command, end: End): void {
  program
    .command('replay')
    .description('reads the streams of a recording (read --raw) again without the network')
    .argument('<folder>', 'a recording, or the folder that --raw named: then its last run')
    .option('--run <name>', 'the run, where the folder holds several')
    .option(
      '--diff',
      'prints in what the records and states differ from those by the recorded manifest, or from expected.jsonl; exit code 1 then',
    )
    .option('--manifest-path <file>', 'another manifest than the recorded one')
    .option('--components-path <file>', 'custom components of the manifest, in TypeScript or JavaScript')
    .option('--config <file>', 'the config, in place of the recorded one without its secrets')
    .option('--catalog <file>', 'another catalog than the recorded one')
    .option('--state <file>', 'another state than the one that the run began with')
    .option('--debug', 'prints each request and what was made of its response')
    .addHelpText('after', '\nExample:\n  $ source-declarative replay raw --manifest-path manifest.yaml --diff')
    .action(async (folder: string, options: ReplayCommandOptions) => {
      end(await (await import('./replay.ts')).runReplay(folder, options));
    });
}

function addCommand(program: Command, name: string, description: string, example: string): Command {
  return program
    .command(name)
    .description(description)
    .option(
      '--manifest-path <file>',
      'the manifest, YAML or JSON (- for standard input); a connector folder, one with manifest.yaml and metadata.yaml, needs none',
    )
    .addOption(new Option('--components-path <file>', 'custom components of the manifest, in TypeScript or JavaScript'))
    .option('--debug', 'prints each request and what was made of its response')
    .addHelpText('after', `\nExample:\n  $ ${example}`);
}

function withConfig(command: Command): Command {
  return command
    .requiredOption('--config <file>', 'the config, JSON (- for standard input)')
    .option('--guard <name=value>', 'sets a guard, such as max_pages=1000 or users.identical_pages=50; may be repeated', addGuard)
    .option('--credential-host <host>', 'a host that gets credentials though only the API names it; may be repeated', addCredentialHost)
    .option('--cloud', 'asks nothing but https and public addresses, as DEPLOYMENT_MODE=cloud does');
}

function addGuard(text: string, guards: readonly GuardOption[] = []): readonly GuardOption[] {
  try {
    return [...guards, parseGuard(text)];
  } catch (error) {
    if (error instanceof GuardError) throw new InvalidArgumentError(error.message);
    throw error;
  }
}

function addCredentialHost(text: string, hosts: readonly HostRule[] = []): readonly HostRule[] {
  const rule = parseHostRule(text);
  if (rule === undefined) throw new InvalidArgumentError(`It must be ${HOST_FORMS}.`);
  return [...hosts, rule];
}

/** The options of commands that read streams. */
function withOperations(command: Command): Command {
  return command
    .option('--raw <folder>', 'keeps every response in a new folder within this one, to be extracted again by replay')
    .option('--summary <file>', 'writes a summary of the run as JSON (- for people, to stderr)')
    .option('--log-file <file>', 'appends what happens to a file, as lines of JSON')
    .option('--on-anomaly <what>', 'warn or fail when the number of records is unusual (default: warn)')
    .option('--notify-url <url>', 'posts a failure or an unusual number of records there, as JSON')
    .option('--notify-command <command>', 'runs a shell command then, with the same JSON on its standard input');
}
