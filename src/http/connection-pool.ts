import type { Client, Dispatcher } from 'undici';

/** A request under way that says when its connection may take the next one. */
export interface PooledExchange extends Dispatcher.DispatchHandler {
  /** Set by the pool; to be called once, when the response has ended or the request has failed. */
  onFree: () => void;
}

/** The connections to one host, of which each has one request under way. */
export interface ConnectionPool {
  dispatch(options: Dispatcher.DispatchOptions, exchange: PooledExchange): void;
  /** Fails all requests that wait or are under way. */
  destroy(error: Error): Promise<void>;
}

interface Connection {
  readonly client: Client;
  readonly onFree: () => void;
}

/**
 * A pool of at most so many connections, opened when none is free; further requests wait in turn. The one that was free last is taken first,
 * and at once when its response has ended: undici's own pool counts it as busy for a turn of the event loop, and opens another.
 */
export function createConnectionPool(open: () => Client, most: number): ConnectionPool {
  const clients: Client[] = [];
  const free: Connection[] = [];
  const waiting: { readonly options: Dispatcher.DispatchOptions; readonly exchange: PooledExchange }[] = [];

  function openConnection(): Connection {
    const client = open();
    clients.push(client);
    const connection: Connection = {
      client,
      onFree() {
        const next = waiting.shift();
        if (next === undefined) free.push(connection);
        else begin(connection, next.options, next.exchange);
      },
    };
    return connection;
  }

  function begin(connection: Connection, options: Dispatcher.DispatchOptions, exchange: PooledExchange): void {
    exchange.onFree = connection.onFree;
    connection.client.dispatch(options, exchange);
  }

  return {
    dispatch(options, exchange) {
      const connection = free.pop() ?? (clients.length < most ? openConnection() : undefined);
      if (connection === undefined) waiting.push({ options, exchange });
      else begin(connection, options, exchange);
    },
    async destroy(error) {
      await Promise.all(clients.map((client) => client.destroy(error)));
    },
  };
}
