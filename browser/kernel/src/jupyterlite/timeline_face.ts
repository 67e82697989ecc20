/** What JupyterLab shows of the states of a session, for the sites that do not have it as an extension of its own. */

import './timeline.css';

import face from '../../../../labextension/src/index';

export default face;
