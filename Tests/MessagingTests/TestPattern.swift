/// Bytes that differ from place to place, so that a shifted or torn frame shows.
func pattern(_ count: Int, seed: Int) -> [UInt8] {
    // Doubling copies keep this fast in a debug build; the odd block length breaks alignment.
    var bytes = (0..<min(count, 251)).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ seed &* 7) }
    bytes.reserveCapacity(count)
    while bytes.count < count {
        let place = UInt8(truncatingIfNeeded: bytes.count >> 8)
        bytes.append(place)
        bytes.append(contentsOf: bytes.prefix(count - bytes.count))
    }
    return bytes
}
