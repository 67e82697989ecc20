/** A session with all of its rooms around it. */

import { errorServices } from '../errors/services';
import { shownServices } from '../introspect/shown_services';
import { magicServices } from '../magics/services';
import { plainServices } from './plain_services';
import type { Services } from './services';

export function sessionServices(): Services {
  return { ...plainServices(), ...magicServices(), ...errorServices(), ...shownServices() };
}
