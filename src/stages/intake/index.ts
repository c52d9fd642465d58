export { findLeaks, type Leak } from './find-leaks.ts';
export { profileColumn, profileDataset } from './profile-dataset.ts';
