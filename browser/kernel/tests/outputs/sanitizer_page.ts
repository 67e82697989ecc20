/** A page that has the sanitizer as it is shipped: what sanitizes markup is loaded with the first such output. */

import { Sanitizer } from '../../src/outputs/sanitizer';

Object.assign(window, { Sanitizer });
