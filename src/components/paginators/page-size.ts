import type { Builder } from '../../engine/builder.ts';
import { type Value, typeName } from '../../lang/values.ts';

/** The configured page size as a whole number, undefined without one; ends the build when it evaluates to anything else. */
export function evaluatePageSize(b: Builder, pageSize: number | string | undefined): number | undefined {
  if (pageSize === undefined || pageSize === '' || typeof pageSize === 'number') return pageSize === '' ? undefined : pageSize;
  return requireWholeNumber(b, b.string(pageSize).evaluate(b.context()));
}

/** The value as a whole number; ends the build or the page with an error that names the type it has instead. */
export function requireWholeNumber(b: Builder, value: Value): number {
  if (typeof value !== 'number' || !Number.isInteger(value)) b.fail(`The page size must be a whole number, but it evaluates to a ${typeName(value)}.`, 'page_size');
  return value;
}
