/** The script of a session's web worker. */

import { errorServices } from '../errors/services';
import { magicServices } from '../magics/services';
import { plainServices } from './plain_services';
import { SessionWorker } from './session_worker';
import type { FromWorker, ToWorker } from './messages';

/** What a worker's script has of its scope. */
interface Scope {
  postMessage(message: FromWorker): void;
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
}

const scope = self as unknown as Scope;
const session = new SessionWorker(
  message => {
    scope.postMessage(message);
  },
  { ...plainServices(), ...magicServices(), ...errorServices() }
);
scope.onmessage = event => {
  void session.receive(event.data);
};
