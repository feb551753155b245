import type { Client, Dispatcher } from 'undici';

/** How a request left its connection: ready for the next one, or not. */
export type Release = 'usable' | 'broken';

/** A request under way that says when its connection may take the next one. */
export interface PooledExchange extends Dispatcher.DispatchHandler {
  /** Set by the pool; to be called once: when the response has ended, or when the request has failed, which breaks the connection. */
  onFree: (release: Release) => void;
  /** Fails the request while it waits for a connection. */
  refuse(error: Error): void;
}

/** The connections to one host, of which each has one request under way. */
export interface ConnectionPool {
  dispatch(options: Dispatcher.DispatchOptions, exchange: PooledExchange): void;
  /** Fails all requests that wait or are under way. */
  destroy(error: Error): Promise<void>;
}

interface Connection {
  readonly client: Client;
  readonly onFree: PooledExchange['onFree'];
}

/**
 * A pool of at most so many connections, opened when none is free; further requests wait in turn. The one that was free last is taken first,
 * and at once when its response has ended: undici's own pool counts it as busy for a turn of the event loop, and opens another.
 * A client whose request failed is dropped, and the next request gets a new one: undici may keep a client that could not connect
 * waiting for ever.
 */
export function createConnectionPool(open: () => Client, most: number): ConnectionPool {
  const clients = new Set<Client>();
  const free: Connection[] = [];
  const waiting: { readonly options: Dispatcher.DispatchOptions; readonly exchange: PooledExchange }[] = [];

  function openConnection(): Connection {
    const client = open();
    clients.add(client);
    const connection: Connection = {
      client,
      onFree(release) {
        if (release === 'broken') drop(client);
        const next = waiting.shift();
        if (next !== undefined) begin(release === 'usable' ? connection : openConnection(), next.options, next.exchange);
        else if (release === 'usable') free.push(connection);
      },
    };
    return connection;
  }

  function drop(client: Client): void {
    clients.delete(client);
    // The client is in the middle of telling of its failure.
    queueMicrotask(() => void client.destroy());
  }

  function begin(connection: Connection, options: Dispatcher.DispatchOptions, exchange: PooledExchange): void {
    exchange.onFree = connection.onFree;
    connection.client.dispatch(options, exchange);
  }

  return {
    dispatch(options, exchange) {
      const connection = free.pop() ?? (clients.size < most ? openConnection() : undefined);
      if (connection === undefined) waiting.push({ options, exchange });
      else begin(connection, options, exchange);
    },
    async destroy(error) {
      for (const { exchange } of waiting.splice(0)) exchange.refuse(error);
      await Promise.all([...clients].map((client) => client.destroy(error)));
    },
  };
}
