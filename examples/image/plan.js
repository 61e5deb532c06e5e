// What is done to the picture, which must have 3500 x 2625 pixels or more.
export const plan = {
  crop: [500, 375, 3000, 2250], // x, y, width, height
  sharpen: [1.5, 0.8], // the blur's standard deviation in pixels, and how much of the difference is added
  resize: [1600, 1200],
  quality: 85,
};
