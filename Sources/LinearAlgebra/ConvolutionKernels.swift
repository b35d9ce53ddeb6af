/// Unfolding of images into matrices, and pooling; images stand row-major as
/// [height x width x channels], so that the channels of one place are neighbours.
package enum ConvolutionKernels {
    /// Sizes of one pass of a window over an image.
    package struct Window: Sendable, Hashable {
        /// Rows of the image.
        package var height: Int
        /// Columns of the image.
        package var width: Int
        /// Numbers per place.
        package var channels: Int
        /// Rows and columns of the window.
        package var size: Int
        /// Places between two positions of the window.
        package var stride: Int
        /// Places of zeros around the image.
        package var padding: Int

        /// Takes the sizes.
        package init(
            height: Int, width: Int, channels: Int, size: Int, stride: Int, padding: Int
        ) {
            self.height = height
            self.width = width
            self.channels = channels
            self.size = size
            self.stride = stride
            self.padding = padding
        }

        /// Positions of the window from top to bottom; less than 1 when it does not fit.
        package var outputHeight: Int { (height + 2 * padding - size) / stride + 1 }
        /// Positions of the window from left to right; less than 1 when it does not fit.
        package var outputWidth: Int { (width + 2 * padding - size) / stride + 1 }
        /// Numbers in one window.
        package var patch: Int { size * size * channels }
    }

    /// Writes one row [size x size x channels] per position of the window: a matrix
    /// [outputHeight * outputWidth x patch]; places outside the image are 0.
    package static func unfold(
        _ image: UnsafePointer<Float>, _ window: Window, into matrix: UnsafeMutablePointer<Float>
    ) {
        let channels = window.channels
        let span = window.size &* channels
        let lineLength = window.width &* channels
        var out = matrix
        for top in 0..<window.outputHeight {
            for left in 0..<window.outputWidth {
                let x = left &* window.stride &- window.padding
                for ky in 0..<window.size {
                    let y = top &* window.stride &- window.padding &+ ky
                    defer { out += span }
                    guard y >= 0, y < window.height else {
                        out.update(repeating: 0, count: span)
                        continue
                    }
                    let line = image + y &* lineLength
                    if x >= 0, x &+ window.size <= window.width {
                        let from = line + x &* channels
                        for index in 0..<span { out[index] = from[index] }
                    } else {
                        for kx in 0..<window.size {
                            let place = x &+ kx
                            let isInside = place >= 0 && place < window.width
                            for channel in 0..<channels {
                                out[kx &* channels &+ channel] =
                                    isInside ? line[place &* channels &+ channel] : 0
                            }
                        }
                    }
                }
            }
        }
    }

    /// Adds each row of the matrix back onto the places it was taken from: the way back of
    /// ``unfold(_:_:into:)``. `image` is overwritten; positions are added in order.
    package static func fold(
        _ matrix: UnsafePointer<Float>, _ window: Window, into image: UnsafeMutablePointer<Float>
    ) {
        let channels = window.channels
        let span = window.size &* channels
        let lineLength = window.width &* channels
        image.update(repeating: 0, count: window.height &* lineLength)
        var from = matrix
        for top in 0..<window.outputHeight {
            for left in 0..<window.outputWidth {
                let x = left &* window.stride &- window.padding
                for ky in 0..<window.size {
                    let y = top &* window.stride &- window.padding &+ ky
                    defer { from += span }
                    guard y >= 0, y < window.height else { continue }
                    let line = image + y &* lineLength
                    if x >= 0, x &+ window.size <= window.width {
                        let to = line + x &* channels
                        for index in 0..<span { to[index] += from[index] }
                    } else {
                        for kx in 0..<window.size {
                            let place = x &+ kx
                            guard place >= 0, place < window.width else { continue }
                            for channel in 0..<channels {
                                line[place &* channels &+ channel] +=
                                    from[kx &* channels &+ channel]
                            }
                        }
                    }
                }
            }
        }
    }

    /// The largest value of each window and channel; `places` receives which place of the window
    /// it came from, the first of equals. NaN counts as largest. Padding is never chosen.
    package static func maximum(
        _ image: UnsafePointer<Float>, _ window: Window, into output: UnsafeMutablePointer<Float>,
        places: UnsafeMutablePointer<Int32>
    ) {
        let channels = window.channels
        for top in 0..<window.outputHeight {
            for left in 0..<window.outputWidth {
                let at = (top &* window.outputWidth &+ left) &* channels
                let out = output + at
                let from = places + at
                out.update(repeating: -.infinity, count: channels)
                from.update(repeating: -1, count: channels)
                eachPlace(window, top, left) { place in
                    let values = image + place &* channels
                    let number = Int32(truncatingIfNeeded: place)
                    for channel in 0..<channels {
                        let value = values[channel]
                        let held = out[channel]
                        let isKept = (value <= held || held != held) && from[channel] >= 0
                        from[channel] = isKept ? from[channel] : number
                        out[channel] = isKept ? held : value
                    }
                }
            }
        }
    }

    /// Gives each output's gradient to the place it came from; `image` is overwritten.
    package static func maximumBackward(
        gradient: UnsafePointer<Float>, _ window: Window, places: UnsafePointer<Int32>,
        into image: UnsafeMutablePointer<Float>
    ) {
        let channels = window.channels
        image.update(repeating: 0, count: window.height &* window.width &* channels)
        for position in 0..<(window.outputHeight &* window.outputWidth) {
            let at = position &* channels
            for channel in 0..<channels {
                let place = Int(places[at &+ channel])
                image[place &* channels &+ channel] += gradient[at &+ channel]
            }
        }
    }

    /// The mean of each window and channel; zeros of the padding count.
    package static func mean(
        _ image: UnsafePointer<Float>, _ window: Window, into output: UnsafeMutablePointer<Float>
    ) {
        let channels = window.channels
        let share = 1 / Float(window.size * window.size)
        for top in 0..<window.outputHeight {
            for left in 0..<window.outputWidth {
                let out = output + (top &* window.outputWidth &+ left) &* channels
                out.update(repeating: 0, count: channels)
                eachPlace(window, top, left) { place in
                    let values = image + place &* channels
                    for channel in 0..<channels { out[channel] += values[channel] }
                }
                for channel in 0..<channels { out[channel] *= share }
            }
        }
    }

    /// Spreads each output's gradient evenly over its window; `image` is overwritten.
    package static func meanBackward(
        gradient: UnsafePointer<Float>, _ window: Window, into image: UnsafeMutablePointer<Float>
    ) {
        let channels = window.channels
        let share = 1 / Float(window.size * window.size)
        image.update(repeating: 0, count: window.height &* window.width &* channels)
        for top in 0..<window.outputHeight {
            for left in 0..<window.outputWidth {
                let from = gradient + (top &* window.outputWidth &+ left) &* channels
                eachPlace(window, top, left) { place in
                    let values = image + place &* channels
                    for channel in 0..<channels {
                        values[channel] = values[channel].addingProduct(share, from[channel])
                    }
                }
            }
        }
    }

    /// The places of the image under the window at a position, in order.
    @inline(__always)
    private static func eachPlace(
        _ window: Window, _ top: Int, _ left: Int, _ body: (Int) -> Void
    ) {
        for ky in 0..<window.size {
            let y = top &* window.stride &- window.padding &+ ky
            guard y >= 0, y < window.height else { continue }
            for kx in 0..<window.size {
                let x = left &* window.stride &- window.padding &+ kx
                guard x >= 0, x < window.width else { continue }
                body(y &* window.width &+ x)
            }
        }
    }
}
