import { autoregressive } from '../../plugins/autoregressive/index.ts';
import { describeDecoder } from './decoder.ts';
import { describeLikelihood } from './likelihood.ts';

describeDecoder(autoregressive);
describeLikelihood(autoregressive);
