import type { CopiedClass } from '../confined/wire.ts';
import { RequestOptions } from '../engine/request-options.ts';
import { StreamSlice } from '../engine/stream-slice.ts';
import { ConfigError, type Failure, SystemError, TransientError } from '../protocol/failure.ts';

const failure = (type: new (...parameters: ConstructorParameters<typeof ConfigError>) => Failure): CopiedClass => ({
  name: type.name,
  type,
  pack: ({ message, internalMessage, stream }: Failure) => [message, internalMessage, stream],
  unpack: ([message, internalMessage, stream]) =>
    new type(message as string, {
      ...(internalMessage === undefined ? {} : { internalMessage: internalMessage as string }),
      ...(stream === undefined ? {} : { stream: stream as NonNullable<Failure['stream']> }),
    }),
});

/** What custom components and the engine hand each other by its content. */
export const COPIED_CLASSES: readonly CopiedClass[] = [
  {
    name: 'StreamSlice',
    type: StreamSlice,
    pack: ({ partition, cursorSlice, extraFields }: StreamSlice) => [partition, cursorSlice, extraFields],
    unpack: (values) => new StreamSlice(...(values as ConstructorParameters<typeof StreamSlice>)),
  },
  {
    name: 'RequestOptions',
    type: RequestOptions,
    pack: ({ params, headers, bodyData, bodyJson, path }: RequestOptions) => [params, headers, bodyData, bodyJson, path],
    unpack([params, headers, bodyData, bodyJson, path]) {
      return Object.assign(new RequestOptions(), { params, headers, bodyData, bodyJson, path });
    },
    update: (options: RequestOptions, copy: RequestOptions) => void Object.assign(options, copy),
  },
  failure(ConfigError),
  failure(TransientError),
  failure(SystemError),
];
