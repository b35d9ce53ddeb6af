private let prime1: UInt64 = 0x9E37_79B1_85EB_CA87
private let prime2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
private let prime3: UInt64 = 0x1656_67B1_9E37_79F9
private let prime4: UInt64 = 0x85EB_CA77_C2B2_AE63
private let prime5: UInt64 = 0x27D4_EB2F_1656_67C5

/// XXH64 of the bytes as its specification (XXH64 algorithm, xxHash doc 0.1.1) defines it.
package func xxHash64(_ bytes: UnsafeRawBufferPointer, seed: UInt64) -> UInt64 {
    let count = bytes.count
    var offset = 0
    var hash: UInt64
    if count >= 32 {
        var lane1 = seed &+ prime1 &+ prime2
        var lane2 = seed &+ prime2
        var lane3 = seed
        var lane4 = seed &- prime1
        while offset <= count - 32 {
            lane1 = mixed(lane1, word(bytes, offset))
            lane2 = mixed(lane2, word(bytes, offset + 8))
            lane3 = mixed(lane3, word(bytes, offset + 16))
            lane4 = mixed(lane4, word(bytes, offset + 24))
            offset += 32
        }
        hash = rotated(lane1, 1) &+ rotated(lane2, 7) &+ rotated(lane3, 12) &+ rotated(lane4, 18)
        hash = merged(merged(merged(merged(hash, lane1), lane2), lane3), lane4)
    } else {
        hash = seed &+ prime5
    }
    hash &+= UInt64(count)
    while offset + 8 <= count {
        hash ^= mixed(0, word(bytes, offset))
        hash = rotated(hash, 27) &* prime1 &+ prime4
        offset += 8
    }
    if offset + 4 <= count {
        let half = bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self).littleEndian
        hash ^= UInt64(half) &* prime1
        hash = rotated(hash, 23) &* prime2 &+ prime3
        offset += 4
    }
    while offset < count {
        hash ^= UInt64(bytes[offset]) &* prime5
        hash = rotated(hash, 11) &* prime1
        offset += 1
    }
    hash = (hash ^ (hash >> 33)) &* prime2
    hash = (hash ^ (hash >> 29)) &* prime3
    return hash ^ (hash >> 32)
}

@inline(__always)
private func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
    bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self).littleEndian
}

@inline(__always)
private func rotated(_ value: UInt64, _ bits: UInt64) -> UInt64 {
    (value &<< bits) | (value &>> (64 &- bits))
}

@inline(__always)
private func mixed(_ lane: UInt64, _ input: UInt64) -> UInt64 {
    rotated(lane &+ input &* prime2, 31) &* prime1
}

@inline(__always)
private func merged(_ hash: UInt64, _ lane: UInt64) -> UInt64 {
    (hash ^ mixed(0, lane)) &* prime1 &+ prime4
}
