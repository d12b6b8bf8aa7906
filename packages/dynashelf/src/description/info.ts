// What an API says of itself: the name, version and licence of the app's package.json.

/** What is shown of an app: in the service document, the description and its docs. */
export interface Info {
  readonly name: string;
  /** Of the app, not of the engine (https://semver.org). */
  readonly version: string;
  /**
   * The identifier of the licence under which the API is given to its clients (https://spdx.org/licenses), where there
   * is one.
   */
  readonly license?: string | undefined;
}

/** Of an app that says nothing of itself. */
export const UNNAMED: Info = { name: 'API', version: '0.0.0' };
