export type { Formula } from './compile-formula.ts';
export { TemplateError } from './errors.ts';
export { compare, contains, equals, truth } from './operators.ts';
export type { TypeName } from './result.ts';
export type { Context, Environment } from './runtime.ts';
export { searchPattern } from './search-pattern.ts';
export { createTemplates, type EvaluateOptions, type Template, type TemplatePlace, type Templates } from './template.ts';
export { repr, str } from './text.ts';
export { isDict, PythonError, typeName, type Value } from './values.ts';
