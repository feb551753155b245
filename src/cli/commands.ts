/** Commands that look at more of a manifest than its spec; each is loaded when it runs. */
export const commands = {
  check: async () => (await import('./check.ts')).runCheck,
  discover: async () => (await import('./discover.ts')).runDiscover,
  convert: async () => (await import('./convert.ts')).runConvert,
  catalog: async () => (await import('./catalog.ts')).runCatalog,
  read: async () => (await import('./read.ts')).runRead,
  sync: async () => (await import('./sync.ts')).runSync,
  replay: async () => (await import('./replay.ts')).runReplay,
  stateMerge: async () => (await import('./state-merge.ts')).runStateMerge,
  schema: async () => (await import('./schema.ts')).runSchema,
  typegen: async () => (await import('./typegen.ts')).runTypegen,
  prepare: async () => (await import('./prepare.ts')).runPrepare,
  eval: async () => (await import('./eval.ts')).runEval,
  serve: async () => (await import('./serve.ts')).runServe,
  answerRequest: async () => (await import('./serve/answer-request.ts')).answerRequest,
};
