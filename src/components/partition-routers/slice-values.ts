import type { PageRequest, RequestOption } from '../../engine/kinds.ts';
import type { RequestOptions } from '../../engine/request-options.ts';
import { truth } from '../../lang/index.ts';
import { ownProperty } from '../../lib/objects.ts';

/**
 * Puts a key of the slice into the request; values that Python takes for false, such as 0, are left out.
 * parity: partition_routers/list_partition_router.py:ListPartitionRouter._get_request_option
 */
export function injectSliceValue(options: RequestOptions, { slice }: PageRequest, field: string, option: RequestOption | undefined): void {
  if (option === undefined) return;
  const value = ownProperty(slice.partition, field) ?? ownProperty(slice.cursorSlice, field);
  if (value !== undefined && truth(value)) option.inject(options, value);
}
