export { editDistance, nearestName, suggestion } from '../common/did-you-mean.ts';
