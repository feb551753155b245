import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { GuardError, type GuardOption, parseGuard } from '../engine/guards.ts';
import { printText } from '../protocol/output.ts';
import { version } from './version.ts';

/** The options of one run of a command. */
export interface CommandOptions {
  readonly config?: string;
  readonly catalog?: string;
  readonly state?: string;
  readonly manifestPath?: string;
  readonly componentsPath?: string;
  readonly debug?: boolean;
  readonly guard?: readonly GuardOption[];
  readonly cloud?: boolean;
}

/** The options of `eval`. */
type EvalOptions = Partial<Record<'record' | 'config' | 'response' | 'now', string>> & { readonly jsonl?: boolean };

/** A command of the connector; gives the exit code. */
export type RunCommand = (options: CommandOptions) => Promise<number>;

const USAGE_ERROR = 2;

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
    .action(run(async () => (await import('./read.ts')).runRead));

  program
    .command('schema')
    .description('prints the JSON Schema of manifests, for editors')
    .addHelpText('after', '\nExample:\n  $ source-declarative schema > manifest.schema.json')
    .action(async () => {
      exitCode = await (await import('./schema.ts')).runSchema(printText);
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
    .option('--manifest-path <file>', 'the manifest, YAML or JSON, in place of the built-in one (- for standard input)')
    .addOption(new Option('--components-path <file>', 'custom components of the manifest, in TypeScript or JavaScript'))
    .option('--debug', 'prints each request and what was made of its response')
    .addHelpText('after', `\nExample:\n  $ ${example}`);
}

function withConfig(command: Command): Command {
  return command
    .requiredOption('--config <file>', 'the config, JSON (- for standard input)')
    .option('--guard <name=value>', 'sets a guard, such as max_pages=1000 or users.identical_pages=50; may be repeated', addGuard)
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
