/// A drawing as SVG text: rectangles, lines, dots and words on a white page.
struct SVGText: Sendable {
    private var body = ""
    let width: Double
    let height: Double

    init(width: Double, height: Double) {
        self.width = width
        self.height = height
    }

    /// The whole document.
    var text: String {
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(SVGText.short(width))"
            + " \(SVGText.short(height))\" font-family=\"sans-serif\" font-size=\"12\">\n"
            + "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n\(body)</svg>\n"
    }

    mutating func line(
        _ points: [(x: Double, y: Double)], color: String, width: Double = 1, opacity: Double = 1
    ) {
        guard points.count > 1 else { return }
        let path = points.map { "\(SVGText.short($0.x)),\(SVGText.short($0.y))" }
            .joined(separator: " ")
        body += "<polyline points=\"\(path)\" fill=\"none\" stroke=\"\(color)\""
        body += " stroke-width=\"\(SVGText.short(width))\""
        body += opacity < 1 ? " stroke-opacity=\"\(SVGText.short(opacity))\"/>\n" : "/>\n"
    }

    mutating func dot(x: Double, y: Double, radius: Double, color: String, title: String = "") {
        body += "<circle cx=\"\(SVGText.short(x))\" cy=\"\(SVGText.short(y))\""
        body += " r=\"\(SVGText.short(radius))\" fill=\"\(color)\""
        body += title.isEmpty ? "/>\n" : "><title>\(SVGText.escaped(title))</title></circle>\n"
    }

    mutating func box(x: Double, y: Double, width: Double, height: Double, color: String) {
        body += "<rect x=\"\(SVGText.short(x))\" y=\"\(SVGText.short(y))\""
        body += " width=\"\(SVGText.short(max(0, width)))\""
        body += " height=\"\(SVGText.short(max(0, height)))\" fill=\"\(color)\"/>\n"
    }

    mutating func words(
        _ text: String, x: Double, y: Double, anchor: String = "start", bold: Bool = false
    ) {
        body += "<text x=\"\(SVGText.short(x))\" y=\"\(SVGText.short(y))\""
        body += anchor == "start" ? "" : " text-anchor=\"\(anchor)\""
        body += bold ? " font-weight=\"bold\"" : ""
        body += ">\(SVGText.escaped(text))</text>\n"
    }

    /// Two digits behind the point are finer than any screen.
    static func short(_ value: Double) -> String {
        guard value.isFinite else { return "0" }
        let scaled = (value * 100).rounded() / 100
        return scaled == scaled.rounded() ? String(Int(scaled)) : "\(scaled)"
    }

    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "&": result += "&amp;"
            case "\"": result += "&quot;"
            default:
                let isControl = scalar.value < 0x20 || scalar.value == 0x7F
                result.unicodeScalars.append(isControl ? "?" : scalar)
            }
        }
        return result
    }
}
