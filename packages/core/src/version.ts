/** The version of this library, as sent in `user-agent`. A test keeps it equal to the package's. */
export const version = "0.0.0"
