import { ConfigError } from '../protocol/failure.ts';

/** The error of a schema whose file is not there, which is none where a stream names no file. */
export class NoSchemaFile extends ConfigError {}
