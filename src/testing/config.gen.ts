// Generated from spec.json by scripts/generate-types.ts.

export interface Connector {
  config: Config;
}

export interface Config {
  /**
   * Where the API is, without a path.
   */
  base_url: string;
  /**
   * The id of the dataset that the stream `dataset` reads.
   */
  dataset_id: string;
  /**
   * The dataset is read from here on, UTC.
   */
  start_date: string;
  /**
   * The dataset is read up to here, UTC; up to the present without one.
   */
  end_date?: string;
  /**
   * Sends offset and limit of the dataset in the body of the request, not in its query.
   */
  paging_in_body?: boolean;
  credentials: ({
    auth_type: "access_token";
    access_token: string;
  } | {
    auth_type: "api_key";
    api_key: string;
    /**
     * The header that carries the key.
     */
    header?: string;
  });
}
