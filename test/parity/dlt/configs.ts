type Config = Record<string, unknown>;

const DEFAULT_CLIENT = { base_url: '$API' };

/** A config with one resource. */
function one(endpoint: unknown, rest: Config = {}): Config {
  const { client = {}, resource = {}, ...others } = rest as { client?: Config; resource?: Config } & Config;
  return { client: { ...DEFAULT_CLIENT, ...client }, resources: [{ name: 'posts', endpoint, ...resource }], ...others };
}

/** A config with posts and something that depends on them. */
function dependent(endpoint: unknown, rest: Config = {}, posts: Config = {}): Config {
  return {
    client: DEFAULT_CLIENT,
    resources: [
      { name: 'posts', endpoint: { path: 'posts', paginator: 'single_page', ...posts } },
      { name: 'children', endpoint, ...rest },
    ],
  };
}

/** Configs that both engines take, by what they are about; `$API` is the address of the API. */
export const CONFIGS: Readonly<Record<string, Config>> = {
  'a resource that is a text': { client: DEFAULT_CLIENT, resources: ['posts'] },
  'no endpoint': { client: DEFAULT_CLIENT, resources: [{ name: 'posts' }] },
  'a base URL with a path and a slash': one({ path: '/number' }, { client: { base_url: '$API/v1/' } }),
  'a path that is a URL': one({ path: '$API/number', paginator: 'single_page' }, { client: { base_url: 'http://127.0.0.1:1' } }),
  'links in the body': one({ path: 'link', params: { a: 'b' }, paginator: { type: 'json_link', next_url_path: 'links.next' } }),
  'relative links': one({ path: 'relative', paginator: { type: 'json_link', next_url_path: "$['next']" } }),
  'links in a header': one({ path: 'header-link', paginator: 'header_link' }),
  'links of another relation': one({ path: 'header-link', paginator: { type: 'header_link', links_next_key: 'prev' } }),
  'a cursor in a header': one({
    path: 'header-cursor',
    paginator: { type: 'header_cursor', cursor_key: 'X-Next-Cursor', cursor_param: 'cursor' },
  }),
  'a cursor': one({ path: 'cursor', params: { size: 5 }, paginator: { type: 'cursor' } }),
  'a cursor in the body': one({
    path: 'cursor',
    method: 'POST',
    json: { filter: {} },
    paginator: { type: 'cursor', cursor_body_path: 'after' },
  }),
  'a cursor with a flag': one({ path: 'cursor', paginator: { type: 'cursor', has_more_path: 'has_more', stop_after_empty_page: true } }),
  'offsets up to a total': one({ path: 'offset', paginator: { type: 'offset', limit: 7, total_path: 'meta.total' } }),
  'offsets up to an empty page': one({ path: 'offset', paginator: { type: 'offset', limit: 7, total_path: null } }),
  'offsets up to a maximum': one({ path: 'offset', paginator: { type: 'offset', limit: 5, total_path: null, maximum_offset: 15 } }),
  'offsets from another start': one({ path: 'offset', paginator: { type: 'offset', limit: 5, offset: 12, total_path: null } }),
  'offsets with a flag': one({
    path: 'offset',
    paginator: { type: 'offset', limit: 10, total_path: null, has_more_path: 'meta.has_more', stop_after_empty_page: false },
  }),
  'offsets in the body': one({
    path: 'offset',
    method: 'POST',
    json: { a: 1 },
    paginator: { type: 'offset', limit: 10, offset_body_path: 'offset', limit_body_path: 'limit', total_path: 'meta.total' },
  }),
  'offsets deep in a body that is made for them': one({
    path: 'echo',
    method: 'POST',
    paginator: {
      type: 'offset',
      limit: 10,
      offset_body_path: 'page.offset',
      limit_body_path: 'page.limit',
      total_path: null,
      maximum_offset: 30,
    },
  }),
  'page numbers from 1': one({ path: 'number', paginator: { type: 'page_number', base_page: 1, total_path: 'total_pages' } }),
  'page numbers from 0': one({ path: 'zero', paginator: { type: 'page_number' } }),
  'page numbers from the third': one({
    path: 'number',
    paginator: { type: 'page_number', base_page: 1, page: 3, total_path: 'total_pages' },
  }),
  'page numbers up to a maximum': one({
    path: 'number',
    paginator: { type: 'page_number', base_page: 1, total_path: null, maximum_page: 3 },
  }),
  'page numbers over a parameter of the same name': one({
    path: 'number',
    params: { page: '100', x: 'y' },
    paginator: { type: 'page_number', base_page: 1, total_path: 'total_pages' },
  }),
  'a cursor after a parameter of the same name': one({ path: 'cursor', params: { cursor: '10' }, paginator: 'cursor' }),
  'one page': one({ path: 'number', paginator: 'single_page' }),
  'a paginator of the client': one(
    { path: 'number' },
    { client: { paginator: { type: 'page_number', base_page: 1, total_path: 'total_pages' } } },
  ),
  'an automatic paginator over that of the client': one({ path: 'number', paginator: 'auto' }, { client: { paginator: 'single_page' } }),
  'detected links': one('link'),
  'detected relative links': one('rooted'),
  'detected links in a header': one('header-link'),
  'a detected cursor': one('cursor'),
  'a detected number of pages': one('number'),
  'nothing to detect': one('echo'),
  'a selector with a wildcard': one({ path: 'posts', data_selector: 'data[*]', paginator: 'single_page' }),
  'a selector with a filter': one({ path: 'posts', data_selector: 'data[?(@.id > 2)]', paginator: 'single_page' }),
  'a selector of one record': one({ path: 'posts', data_selector: 'data[0]', paginator: 'single_page' }),
  'a selector that leads nowhere': one({ path: 'posts', data_selector: 'rows', paginator: 'single_page' }),
  'the whole response': one({ path: 'posts', data_selector: '$', paginator: 'single_page' }),
  'parameters of all sorts': one({
    path: 'echo',
    params: {
      text: 'a b&c',
      number: 5,
      yes: true,
      no: false,
      list: ['a', 'b'],
      empty: '',
      gone: null,
      literal: '{{braces}}',
      digits: '007',
      one: '1.10',
    },
  }),
  'headers over those of the client': one(
    { path: 'echo', headers: { 'X-Two': 'own', 'X-Three': '1.10' } },
    { client: { headers: { 'X-One': 'common', 'X-Two': 'common' } } },
  ),
  'a JSON body': one({
    path: 'echo',
    method: 'POST',
    json: { a: '478', b: 1.5, c: [true, null, 'None'], d: { e: '{{x}}' }, f: null, g: '[1]' },
  }),
  'an empty JSON body': one({ path: 'echo', json: {} }),
  'a form': one({ path: 'echo', method: 'POST', data: { a: '1', b: 'x y', c: '{{z}}' } }),
  'a text as the body': one({ path: 'echo', method: 'POST', data: '[1, 2]' }),
  'defaults of all resources': {
    client: DEFAULT_CLIENT,
    resource_defaults: {
      primary_key: 'id',
      endpoint: { params: { size: 5, order: 'asc' }, paginator: 'single_page', headers: { 'X-A': 'a' } },
    },
    resources: ['posts', { name: 'other', endpoint: { path: 'echo', params: { order: 'desc' } } }],
  },
  'a bearer token': one('echo', { client: { auth: { type: 'bearer', token: 'a-token' } } }),
  'a token alone': one('echo', { client: { auth: { token: 'a-token' } } }),
  'an API key in a header': one('echo', { client: { auth: { type: 'api_key', name: 'X-Key', api_key: 'a-key' } } }),
  'an API key in the query': one('echo', { client: { auth: { type: 'api_key', name: 'key', api_key: 'a-key', location: 'query' } } }),
  'an API key in the query of linked pages': one('link', {
    client: { auth: { type: 'api_key', name: 'key', api_key: 'a-key', location: 'param' } },
  }),
  'a user and a password': one('echo', { client: { auth: { type: 'http_basic', username: 'me', password: 'p:w' } } }),
  'client credentials': one('echo', {
    client: {
      auth: {
        type: 'oauth2_client_credentials',
        access_token_url: '$API/token',
        client_id: 'me',
        client_secret: 'my-secret',
        access_token_request_data: { scope: 'all' },
      },
    },
  }),
  'authentication of an endpoint': one(
    { path: 'echo', auth: { type: 'http_basic', username: 'U', password: 'P' } },
    { client: { auth: { type: 'bearer', token: 'T' } } },
  ),
  'a field of the parent in the path': dependent('posts/{resources.posts.id}/comments'),
  'a field of the parent by a parameter': dependent({
    path: 'posts/{post_id}/comments',
    params: { post_id: { type: 'resolve', resource: 'posts', field: 'id' }, sort: 'desc' },
  }),
  'one record a parent': dependent('posts/{resources.posts.id}'),
  'fields of the parent in the query': dependent({
    path: 'echo',
    params: { id: '{resources.posts.id}', about: 'x {resources.posts.title}' },
  }),
  'fields of the parent in headers': dependent({
    path: 'echo',
    headers: { 'X-Id': '{resources.posts.id}', 'X-Title': '{resources.posts.title}' },
  }),
  'fields of the parent in a body': dependent({
    path: 'echo',
    method: 'POST',
    json: { id: '{resources.posts.id}', more: ['{resources.posts.id}', 'a {resources.posts.title}'], '{resources.posts.title}': 1 },
  }),
  'fields of the parent in a form': dependent({ path: 'echo', method: 'POST', data: { id: '{resources.posts.id}' } }),
  'fields included from the parent': dependent('posts/{resources.posts.id}/comments', { include_from_parent: ['title', 'id'] }),
  'a parent that is not read itself': {
    client: DEFAULT_CLIENT,
    resources: [
      { name: 'posts', selected: false, endpoint: { path: 'posts', paginator: 'single_page' } },
      { name: 'children', endpoint: 'posts/{resources.posts.id}' },
    ],
  },
  'three generations': {
    client: DEFAULT_CLIENT,
    resources: [
      { name: 'posts', endpoint: { path: 'posts', data_selector: 'data[:2]', paginator: 'single_page' } },
      { name: 'comments', endpoint: { path: 'posts/{resources.posts.id}/comments', paginator: 'single_page' } },
      { name: 'details', endpoint: { path: 'posts/{resources.comments.id}/details', data_selector: '$' } },
    ],
  },
  'parameters that fill the path': one({ path: '{kind}/{n}/comments', params: { kind: 'posts', n: 3, x: 1 } }),
  'an incremental in the query': one({
    path: 'number',
    params: { since: '{incremental.start_value}', first: '{incremental.initial_value}' },
    paginator: 'single_page',
    incremental: { cursor_path: 'id', initial_value: 2 },
  }),
  'an incremental with borders': one({
    path: 'number',
    paginator: 'single_page',
    incremental: {
      cursor_path: 'updated_at',
      initial_value: '2024-01-01T01:00:00Z',
      end_value: '2024-01-01T03:00:00Z',
      start_param: 'since',
      end_param: 'until',
    },
  }),
  'an incremental with a closed end': one({
    path: 'number',
    paginator: 'single_page',
    incremental: { cursor_path: 'id', initial_value: 1, end_value: 3, range_end: 'closed', range_start: 'open' },
  }),
  'an incremental that shrinks': one({
    path: 'number',
    paginator: 'single_page',
    incremental: { cursor_path: 'id', initial_value: 2, last_value_func: 'min' },
  }),
  'an incremental in a parameter': one({
    path: 'number',
    paginator: 'single_page',
    params: { since: { type: 'incremental', cursor_path: 'id', initial_value: 3 } },
  }),
  'an incremental in a body': one({
    path: 'echo',
    method: 'POST',
    json: { since: '{incremental.start_value}' },
    incremental: { cursor_path: 'query', initial_value: '' },
  }),
  'rows in descending order': one({
    path: 'number',
    paginator: 'single_page',
    incremental: { cursor_path: 'id', initial_value: 3, row_order: 'asc', end_value: 4 },
  }),
  'rows without a cursor value': one({
    path: 'number',
    paginator: 'single_page',
    incremental: { cursor_path: 'nothing', on_cursor_value_missing: 'include' },
  }),
  'rows without a cursor value left out': one({
    path: 'number',
    paginator: 'single_page',
    incremental: { cursor_path: 'nothing', on_cursor_value_missing: 'exclude' },
  }),
  'ignored statuses': one({ path: 'status/404', response_actions: [{ status_code: 404, action: 'ignore' }] }),
  'ignored content': one({ path: 'number', response_actions: [{ content: 'Post 7', action: 'ignore' }] }),
  'ignored content with a status': one({
    path: 'status/422',
    response_actions: [
      { status_code: 404, action: 'ignore' },
      { status_code: 422, content: 'other', action: 'ignore' },
      { status_code: 422, content: 'This is', action: 'ignore' },
    ],
  }),
};

/** Configs that both engines refuse, or fail with. */
export const FAILING: Readonly<Record<string, Config>> = {
  'a status that is not ignored': one({ path: 'status/404' }),
  'a status that another action ignores': one({ path: 'status/404', response_actions: [{ status_code: 422, action: 'ignore' }] }),
  'a total that is stated and missing': one({ path: 'number', paginator: { type: 'offset', limit: 5, total_path: 'nothing.here' } }),
  'a flag that is missing': one({ path: 'number', paginator: { type: 'page_number', base_page: 1, has_more_path: 'nothing' } }),
  'rows without a cursor value': one({ path: 'number', incremental: { cursor_path: 'nothing' } }),
  'values that do not compare': one({ path: 'number', incremental: { cursor_path: 'id', initial_value: 'a' } }),
  'an unknown placeholder': one({ path: 'number', params: { a: '{unknown.b.c}' } }),
  'a field that no parent has': dependent('posts/{resources.posts.nothing}'),
  'no such parent': dependent('posts/{resources.users.id}'),
  'a parameter that the path does not hold': dependent({
    path: 'posts',
    params: { id: { type: 'resolve', resource: 'posts', field: 'id' } },
  }),
  'two bodies': one({ path: 'echo', method: 'POST', json: { a: 1 }, data: { b: 2 } }),
  'both places for a cursor': one({ path: 'cursor', paginator: { type: 'cursor', cursor_param: 'a', cursor_body_path: 'b' } }),
  'both places for an offset': one({ path: 'offset', paginator: { type: 'offset', limit: 1, offset_param: 'a', offset_body_path: 'b' } }),
  'paging without an end': one({ path: 'offset', paginator: { type: 'offset', limit: 1, total_path: null, stop_after_empty_page: false } }),
  'no limit': one({ path: 'offset', paginator: { type: 'offset' } }),
  'an unknown paginator': one({ path: 'offset', paginator: 'clever' }),
  'an unknown auth': one('echo', { client: { auth: { type: 'magic' } } }),
  'an unknown key': one({ path: 'echo', pagenator: 'auto' }),
  'two resources of a name': { client: DEFAULT_CLIENT, resources: ['a', 'a'] },
  'an include without a parent': one('echo', { resource: { include_from_parent: ['id'] } }),
  'an end in a parameter': one({
    path: 'number',
    params: { a: { type: 'incremental', cursor_path: 'id', initial_value: 1, end_value: 2 } },
  }),
  'two incremental parameters': one({
    path: 'number',
    params: { a: { type: 'incremental', cursor_path: 'id' }, b: { type: 'incremental', cursor_path: 'id' } },
  }),
};
