class HttpError extends Error {
  name = "HttpError";
  constructor(status) {
    super(`status ${status}`);
    this.status = status;
  }
}
throw new HttpError(404);
