import { autoregressive } from '../../plugins/autoregressive/index.ts';
import { describeDecoder } from './decoder.ts';

describeDecoder(autoregressive);
