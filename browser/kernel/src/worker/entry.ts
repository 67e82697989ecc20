/** The script of a session's web worker. */

import { sessionServices } from './session_services';
import { SessionWorker } from './session_worker';
import type { FromWorker, ToWorker } from './messages';

/** What a worker's script has of its scope. */
interface Scope {
  postMessage(message: FromWorker): void;
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
}

const scope = self as unknown as Scope;
const session = new SessionWorker(message => {
  scope.postMessage(message);
}, sessionServices());
scope.onmessage = event => {
  void session.receive(event.data);
};
