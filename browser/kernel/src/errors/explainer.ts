/** What makes failures clearer that Monty reports, as the engine asks for it. */

import { unparsed } from './failures';
import { locate } from './locate';
import { restOfImport } from './partial_imports';
import type { Explainer } from '../engine/session';

export const EXPLAINER: Explainer = { unparsed, located: locate, restOfImport };
