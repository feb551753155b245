import { Command, CommanderError, Option } from 'commander';
import type { Shard } from '../engine/shard.ts';
import { printText } from '../protocol/output.ts';
import { parseShard } from './shard-option.ts';
import { version } from './version.ts';

/** The options of one run of a command. */
export interface CommandOptions {
  readonly config?: string;
  readonly catalog?: string;
  readonly state?: string;
  readonly manifestPath?: string;
  readonly componentsPath?: string;
  readonly debug?: boolean;
  readonly shard?: Shard;
}

/** The options of `eval`. */
type EvalOptions = Partial<Record<'record' | 'config' | 'response' | 'now', string>> & { readonly jsonl?: boolean };

/** A command of the connector; gives the exit code. */
export type RunCommand = (options: CommandOptions) => Promise<number>;

const USAGE_ERROR = 2;
const forPeople = { write: printText, tell: (text: string): void => void process.stderr.write(`${text}\n`) };

/** Runs the command that the arguments name and gives its exit code: 2 for arguments that make no command. */
export async function runProgram(argv: readonly string[]): Promise<number> {
  let exitCode = 0;
  const program = new Command('source-declarative')
    .description('Pulls data out of HTTP APIs by a declarative manifest, and prints it as Airbyte messages.')
    .version(version())
    .showHelpAfterError('(add --help for what there is)')
    .exitOverride();

  const run = (load: () => Promise<RunCommand>) => async (options: CommandOptions) => {
    exitCode = await (await load())(options);
  };

  addCommand(
    program,
    'spec',
    'prints what a config of the connector looks like',
    'source-declarative spec --manifest-path manifest.yaml',
  ).action(run(async () => (await import('./spec.ts')).runSpec));
  withConfig(addCommand(program, 'check', 'tries whether a config works', 'source-declarative check --config secrets/config.json')).action(
    run(async () => (await import('./check.ts')).runCheck),
  );
  withConfig(
    addCommand(program, 'discover', 'prints the streams and their schemas', 'source-declarative discover --config secrets/config.json'),
  ).action(run(async () => (await import('./discover.ts')).runDiscover));
  withConfig(
    addCommand(
      program,
      'read',
      'reads the streams of a catalog',
      'source-declarative read --config secrets/config.json --catalog catalog.json --state state.json',
    ),
  )
    .requiredOption('--catalog <file>', 'the configured catalog: which streams are read, and how (- for standard input)')
    .option('--state <file>', 'the state that the last read left (- for standard input)')
    .option('--shard <part>', 'reads one part of the work, such as 2/8; `state merge` joins the states', parseShard)
    .action(run(async () => (await import('./read.ts')).runRead));

  program
    .command('schema')
    .description('prints the JSON Schema of manifests, for editors')
    .addHelpText('after', '\nExample:\n  $ source-declarative schema > manifest.schema.json')
    .action(async () => {
      exitCode = await (await import('./schema.ts')).runSchema(printText);
    });
  withConfig(
    addCommand(
      program.command('state').description('works on states'),
      'merge',
      'makes one state of those that the shards of a read left',
      'source-declarative state merge --config secrets/config.json shard-*.jsonl > state.json',
    ),
  )
    .argument('<files...>', 'the state of each shard, or all that it printed')
    .action(async (files: string[], options: CommandOptions) => {
      const { runStateMerge } = await import('./state-merge.ts');
      exitCode = await runStateMerge(files, options, forPeople);
    });
  addCommand(
    program,
    'typegen',
    'writes TypeScript types of the config and of the records of every stream',
    'source-declarative typegen --config secrets/config.json --output types.ts',
  )
    .option('--config <file>', 'the config, JSON, for schemas that depend on it (- for standard input)')
    .option('--output <file>', 'where the types are written, instead of standard output')
    .action(async (options: CommandOptions & { readonly output?: string }) => {
      const { runTypegen } = await import('./typegen.ts');
      exitCode = await runTypegen(options, forPeople);
    });
  program
    .command('eval')
    .description('evaluates a template as a manifest would, and says what type its result has')
    .argument('[template]', 'the template')
    .option('--record <file>', 'the record, JSON')
    .option('--config <file>', 'the config, JSON')
    .option('--response <file>', 'the response, JSON')
    .option('--now <time>', 'the present, ISO 8601')
    .option('--jsonl', 'evaluates a template for each line of standard input, each an object with "template" and "context"')
    .addHelpText('after', `\nExample:\n  $ source-declarative eval "{{ record['updated_at'] | int / 1000 }}" --record record.json`)
    .action(async (template: string | undefined, options: EvalOptions) => {
      const { runEval } = await import('./eval.ts');
      exitCode = await runEval(
        { ...options, jsonl: options.jsonl === true, ...(template === undefined ? {} : { template }) },
        process.stdin,
        printText,
      );
    });

  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return 0;
    return argv.length === 0 ? 1 : USAGE_ERROR;
  }
  return exitCode;
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
  return command.requiredOption('--config <file>', 'the config, JSON (- for standard input)');
}
