import vm from 'node:vm';

/** Work that took longer than it may, in milliseconds, and was broken off. */
export class TimeLimitError extends Error {
  override name = 'TimeLimitError';
  readonly milliseconds: number;

  constructor(milliseconds: number) {
    super(`it takes more than ${milliseconds} ms`);
    this.milliseconds = milliseconds;
  }
}

let sandbox: { readonly context: vm.Context; readonly script: vm.Script } | undefined;

/** Does work that waits for nothing, such as a search by a regular expression; breaks it off by a TimeLimitError when it takes longer than it may. */
export function withTimeLimit<T>(milliseconds: number, work: () => T): T {
  sandbox ??= { context: vm.createContext({}), script: new vm.Script('work()') };
  sandbox.context['work'] = work;
  try {
    return sandbox.script.runInContext(sandbox.context, { timeout: Math.max(1, Math.ceil(milliseconds)) }) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException | null)?.code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    throw new TimeLimitError(milliseconds);
  } finally {
    sandbox.context['work'] = undefined;
  }
}
