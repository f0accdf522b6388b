//! The client of Brickognize against answers as they really come.
