import type { Builder } from '../../engine/builder.ts';
import { toInteger } from '../../engine/conversion.ts';
import type { Resizing } from '../../engine/kinds.ts';
import { typeName, type Value } from '../../lang/values.ts';

/** The configured page size as a whole number, undefined without one; ends the build when it evaluates to anything else. */
export function evaluatePageSize(b: Builder, pageSize: number | string | undefined): number | undefined {
  if (pageSize === undefined || typeof pageSize === 'number') return pageSize;
  return requireWholeNumber(b, b.string(pageSize).evaluate(b.context()));
}

/** Whether a page size of the manifest can be made smaller; one that is a template is only known later. parity: _validate_page_size_is_reducible */
export function resizingOf(pageSize: number | string | undefined, minimum: number): Resizing {
  if (pageSize === undefined || pageSize === '') return { problem: 'The pagination strategy has no page_size that could be made smaller.' };
  const size = toInteger(pageSize);
  if (size !== undefined && size <= minimum)
    return { problem: `The page_size ${size} is not above minimum_page_size: ${minimum}, so it can never be made smaller.` };
  return { pageSize: size };
}

/** The setting that ended paging at a page with some, but too few, records; undefined where a page without any, or nothing, did. */
export function shortPage(extracted: number, pageSize: number | undefined): string | undefined {
  if (pageSize === undefined || extracted === 0 || extracted >= pageSize) return undefined;
  return `a page with fewer records than the page_size of ${pageSize} ends paging`;
}

/** The value as a whole number; ends the build or the page with an error that names the type it has instead. */
export function requireWholeNumber(b: Builder, value: Value): number {
  if (typeof value !== 'number' || !Number.isInteger(value))
    b.fail(`The page size must be a whole number, but it evaluates to a ${typeName(value)}.`, 'page_size');
  return value;
}
