//! Places: ISO 3166 countries and subdivisions, with their names in both languages.
//! Contract, sections 1 and 2 (`region` of a team).

use super::text::Lang;
use serde::Serialize;
use std::{borrow::Cow, fmt};

/// A place by its ISO 3166 code: `CN-SH`, `SG`. Upper case.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize)]
pub struct Region(String);

/// A text that is no ISO 3166 code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a place such as SG or CN-SH: write an ISO 3166 country in two letters, \
     and where wanted `-` and 1 to 3 letters or digits of its subdivision"
)]
pub struct BadRegion(pub String);

impl Region {
    /// In either case: a country of the table, or such a country, `-` and 1 to 3 letters or digits. A
    /// subdivision need not be in the table, since it has just those where study groups sit.
    /// Errors: `BadRegion`, with the text.
    pub fn parse(text: &str) -> Result<Self, BadRegion> {
        let code = text.trim().to_ascii_uppercase();
        let (country, subdivision) = match code.split_once('-') {
            Some((country, subdivision)) => (country, Some(subdivision)),
            None => (code.as_str(), None),
        };
        let good_subdivision =
            subdivision.is_none_or(|s| matches!(s.len(), 1..=3) && s.bytes().all(|b| b.is_ascii_alphanumeric()));
        if good_subdivision && names(country).is_some() {
            Ok(Self(code))
        } else {
            Err(BadRegion(text.to_owned()))
        }
    }

    /// Every place of the table, by code.
    pub fn all() -> impl Iterator<Item = Region> {
        PLACES.iter().map(|(code, ..)| Region((*code).to_owned()))
    }

    pub fn is_country(&self) -> bool {
        !self.0.contains('-')
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The country's part of the code: `CN` of `CN-SH`.
    pub fn country(&self) -> &str {
        self.0.split_once('-').map_or(&self.0, |(country, _)| country)
    }

    /// The name in `lang`; for a subdivision that the table lacks, the country's name and the code:
    /// `Germany (DE-TH)`.
    pub fn name(&self, lang: Lang) -> Cow<'static, str> {
        let of = |(en, zh): (&'static str, &'static str)| match lang {
            Lang::En => en,
            Lang::Zh => zh,
        };
        match (names(&self.0), names(self.country())) {
            (Some(own), _) => Cow::Borrowed(of(own)),
            (None, Some(country)) => Cow::Owned(match lang {
                Lang::En => format!("{} ({})", of(country), self.0),
                Lang::Zh => format!("{}（{}）", of(country), self.0),
            }),
            (None, None) => Cow::Owned(self.0.clone()),
        }
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The English and the Chinese name of a code in upper case.
fn names(code: &str) -> Option<(&'static str, &'static str)> {
    let at = PLACES.binary_search_by(|(known, _, _)| known.cmp(&code)).ok()?;
    PLACES.get(at).map(|(_, en, zh)| (*en, *zh))
}

/// Code, English and Chinese short name, in the order of the code: all countries, all subdivisions of
/// China, and those of other countries where study groups sit.
#[rustfmt::skip]
const PLACES: &[(&str, &str, &str)] = &[
    ("AD", "Andorra", "安道尔"),
    ("AE", "United Arab Emirates", "阿拉伯联合酋长国"),
    ("AE-AZ", "Abu Dhabi", "阿布扎比"),
    ("AE-DU", "Dubai", "迪拜"),
    ("AF", "Afghanistan", "阿富汗"),
    ("AG", "Antigua and Barbuda", "安提瓜和巴布达"),
    ("AI", "Anguilla", "安圭拉"),
    ("AL", "Albania", "阿尔巴尼亚"),
    ("AM", "Armenia", "亚美尼亚"),
    ("AO", "Angola", "安哥拉"),
    ("AQ", "Antarctica", "南极洲"),
    ("AR", "Argentina", "阿根廷"),
    ("AR-C", "Buenos Aires", "布宜诺斯艾利斯"),
    ("AS", "American Samoa", "美属萨摩亚"),
    ("AT", "Austria", "奥地利"),
    ("AT-9", "Vienna", "维也纳"),
    ("AU", "Australia", "澳大利亚"),
    ("AU-ACT", "Australian Capital Territory", "澳大利亚首都领地"),
    ("AU-NSW", "New South Wales", "新南威尔士"),
    ("AU-QLD", "Queensland", "昆士兰"),
    ("AU-SA", "South Australia", "南澳大利亚"),
    ("AU-VIC", "Victoria", "维多利亚州"),
    ("AU-WA", "Western Australia", "西澳大利亚"),
    ("AW", "Aruba", "阿鲁巴"),
    ("AX", "Åland Islands", "奥兰群岛"),
    ("AZ", "Azerbaijan", "阿塞拜疆"),
    ("BA", "Bosnia and Herzegovina", "波斯尼亚和黑塞哥维那"),
    ("BB", "Barbados", "巴巴多斯"),
    ("BD", "Bangladesh", "孟加拉国"),
    ("BE", "Belgium", "比利时"),
    ("BE-BRU", "Brussels", "布鲁塞尔"),
    ("BF", "Burkina Faso", "布基纳法索"),
    ("BG", "Bulgaria", "保加利亚"),
    ("BH", "Bahrain", "巴林"),
    ("BI", "Burundi", "布隆迪"),
    ("BJ", "Benin", "贝宁"),
    ("BL", "Saint Barthélemy", "圣巴泰勒米"),
    ("BM", "Bermuda", "百慕大"),
    ("BN", "Brunei", "文莱"),
    ("BO", "Bolivia", "玻利维亚"),
    ("BQ", "Caribbean Netherlands", "荷属加勒比区"),
    ("BR", "Brazil", "巴西"),
    ("BR-MG", "Minas Gerais", "米纳斯吉拉斯"),
    ("BR-RJ", "Rio de Janeiro", "里约热内卢"),
    ("BR-RS", "Rio Grande do Sul", "南里奥格兰德"),
    ("BR-SP", "São Paulo", "圣保罗"),
    ("BS", "Bahamas", "巴哈马"),
    ("BT", "Bhutan", "不丹"),
    ("BV", "Bouvet Island", "布韦岛"),
    ("BW", "Botswana", "博茨瓦纳"),
    ("BY", "Belarus", "白俄罗斯"),
    ("BZ", "Belize", "伯利兹"),
    ("CA", "Canada", "加拿大"),
    ("CA-AB", "Alberta", "艾伯塔"),
    ("CA-BC", "British Columbia", "不列颠哥伦比亚"),
    ("CA-ON", "Ontario", "安大略"),
    ("CA-QC", "Quebec", "魁北克"),
    ("CC", "Cocos (Keeling) Islands", "科科斯（基林）群岛"),
    ("CD", "DR Congo", "刚果（金）"),
    ("CF", "Central African Republic", "中非共和国"),
    ("CG", "Congo", "刚果（布）"),
    ("CH", "Switzerland", "瑞士"),
    ("CH-GE", "Geneva", "日内瓦"),
    ("CH-VD", "Vaud", "沃州"),
    ("CH-ZH", "Zürich", "苏黎世"),
    ("CI", "Côte d'Ivoire", "科特迪瓦"),
    ("CK", "Cook Islands", "库克群岛"),
    ("CL", "Chile", "智利"),
    ("CL-RM", "Santiago", "圣地亚哥"),
    ("CM", "Cameroon", "喀麦隆"),
    ("CN", "China", "中国"),
    ("CN-AH", "Anhui", "安徽"),
    ("CN-BJ", "Beijing", "北京"),
    ("CN-CQ", "Chongqing", "重庆"),
    ("CN-FJ", "Fujian", "福建"),
    ("CN-GD", "Guangdong", "广东"),
    ("CN-GS", "Gansu", "甘肃"),
    ("CN-GX", "Guangxi", "广西"),
    ("CN-GZ", "Guizhou", "贵州"),
    ("CN-HA", "Henan", "河南"),
    ("CN-HB", "Hubei", "湖北"),
    ("CN-HE", "Hebei", "河北"),
    ("CN-HI", "Hainan", "海南"),
    ("CN-HK", "Hong Kong", "香港"),
    ("CN-HL", "Heilongjiang", "黑龙江"),
    ("CN-HN", "Hunan", "湖南"),
    ("CN-JL", "Jilin", "吉林"),
    ("CN-JS", "Jiangsu", "江苏"),
    ("CN-JX", "Jiangxi", "江西"),
    ("CN-LN", "Liaoning", "辽宁"),
    ("CN-MO", "Macao", "澳门"),
    ("CN-NM", "Inner Mongolia", "内蒙古"),
    ("CN-NX", "Ningxia", "宁夏"),
    ("CN-QH", "Qinghai", "青海"),
    ("CN-SC", "Sichuan", "四川"),
    ("CN-SD", "Shandong", "山东"),
    ("CN-SH", "Shanghai", "上海"),
    ("CN-SN", "Shaanxi", "陕西"),
    ("CN-SX", "Shanxi", "山西"),
    ("CN-TJ", "Tianjin", "天津"),
    ("CN-TW", "Taiwan", "台湾"),
    ("CN-XJ", "Xinjiang", "新疆"),
    ("CN-XZ", "Xizang", "西藏"),
    ("CN-YN", "Yunnan", "云南"),
    ("CN-ZJ", "Zhejiang", "浙江"),
    ("CO", "Colombia", "哥伦比亚"),
    ("CR", "Costa Rica", "哥斯达黎加"),
    ("CU", "Cuba", "古巴"),
    ("CV", "Cabo Verde", "佛得角"),
    ("CW", "Curaçao", "库拉索"),
    ("CX", "Christmas Island", "圣诞岛"),
    ("CY", "Cyprus", "塞浦路斯"),
    ("CZ", "Czechia", "捷克"),
    ("CZ-10", "Prague", "布拉格"),
    ("DE", "Germany", "德国"),
    ("DE-BE", "Berlin", "柏林"),
    ("DE-BW", "Baden-Württemberg", "巴登-符腾堡"),
    ("DE-BY", "Bavaria", "巴伐利亚"),
    ("DE-HE", "Hesse", "黑森"),
    ("DE-HH", "Hamburg", "汉堡"),
    ("DE-NW", "North Rhine-Westphalia", "北莱茵-威斯特法伦"),
    ("DE-SN", "Saxony", "萨克森"),
    ("DJ", "Djibouti", "吉布提"),
    ("DK", "Denmark", "丹麦"),
    ("DK-84", "Capital Region", "首都大区"),
    ("DM", "Dominica", "多米尼克"),
    ("DO", "Dominican Republic", "多米尼加共和国"),
    ("DZ", "Algeria", "阿尔及利亚"),
    ("EC", "Ecuador", "厄瓜多尔"),
    ("EE", "Estonia", "爱沙尼亚"),
    ("EG", "Egypt", "埃及"),
    ("EG-C", "Cairo", "开罗"),
    ("EH", "Western Sahara", "西撒哈拉"),
    ("ER", "Eritrea", "厄立特里亚"),
    ("ES", "Spain", "西班牙"),
    ("ES-CT", "Catalonia", "加泰罗尼亚"),
    ("ES-MD", "Madrid", "马德里"),
    ("ET", "Ethiopia", "埃塞俄比亚"),
    ("FI", "Finland", "芬兰"),
    ("FI-18", "Uusimaa", "新地区"),
    ("FJ", "Fiji", "斐济"),
    ("FK", "Falkland Islands", "福克兰群岛"),
    ("FM", "Micronesia", "密克罗尼西亚"),
    ("FO", "Faroe Islands", "法罗群岛"),
    ("FR", "France", "法国"),
    ("FR-ARA", "Auvergne-Rhône-Alpes", "奥弗涅-罗讷-阿尔卑斯"),
    ("FR-IDF", "Île-de-France", "法兰西岛"),
    ("FR-OCC", "Occitanie", "奥克西塔尼"),
    ("GA", "Gabon", "加蓬"),
    ("GB", "United Kingdom", "英国"),
    ("GB-CAM", "Cambridgeshire", "剑桥郡"),
    ("GB-EDH", "Edinburgh", "爱丁堡"),
    ("GB-ENG", "England", "英格兰"),
    ("GB-LND", "London", "伦敦"),
    ("GB-MAN", "Manchester", "曼彻斯特"),
    ("GB-NIR", "Northern Ireland", "北爱尔兰"),
    ("GB-OXF", "Oxfordshire", "牛津郡"),
    ("GB-SCT", "Scotland", "苏格兰"),
    ("GB-WLS", "Wales", "威尔士"),
    ("GD", "Grenada", "格林纳达"),
    ("GE", "Georgia", "格鲁吉亚"),
    ("GF", "French Guiana", "法属圭亚那"),
    ("GG", "Guernsey", "根西岛"),
    ("GH", "Ghana", "加纳"),
    ("GI", "Gibraltar", "直布罗陀"),
    ("GL", "Greenland", "格陵兰"),
    ("GM", "Gambia", "冈比亚"),
    ("GN", "Guinea", "几内亚"),
    ("GP", "Guadeloupe", "瓜德罗普"),
    ("GQ", "Equatorial Guinea", "赤道几内亚"),
    ("GR", "Greece", "希腊"),
    ("GS", "South Georgia and South Sandwich Islands", "南乔治亚和南桑威奇群岛"),
    ("GT", "Guatemala", "危地马拉"),
    ("GU", "Guam", "关岛"),
    ("GW", "Guinea-Bissau", "几内亚比绍"),
    ("GY", "Guyana", "圭亚那"),
    ("HK", "Hong Kong", "香港"),
    ("HM", "Heard and McDonald Islands", "赫德岛和麦克唐纳群岛"),
    ("HN", "Honduras", "洪都拉斯"),
    ("HR", "Croatia", "克罗地亚"),
    ("HT", "Haiti", "海地"),
    ("HU", "Hungary", "匈牙利"),
    ("HU-BU", "Budapest", "布达佩斯"),
    ("ID", "Indonesia", "印度尼西亚"),
    ("ID-BA", "Bali", "巴厘"),
    ("ID-JB", "West Java", "西爪哇"),
    ("ID-JI", "East Java", "东爪哇"),
    ("ID-JK", "Jakarta", "雅加达"),
    ("ID-YO", "Yogyakarta", "日惹"),
    ("IE", "Ireland", "爱尔兰"),
    ("IE-D", "Dublin", "都柏林"),
    ("IL", "Israel", "以色列"),
    ("IL-TA", "Tel Aviv", "特拉维夫"),
    ("IM", "Isle of Man", "马恩岛"),
    ("IN", "India", "印度"),
    ("IN-DL", "Delhi", "德里"),
    ("IN-GJ", "Gujarat", "古吉拉特"),
    ("IN-KA", "Karnataka", "卡纳塔克"),
    ("IN-KL", "Kerala", "喀拉拉"),
    ("IN-MH", "Maharashtra", "马哈拉施特拉"),
    ("IN-TN", "Tamil Nadu", "泰米尔纳德"),
    ("IN-WB", "West Bengal", "西孟加拉"),
    ("IO", "British Indian Ocean Territory", "英属印度洋领地"),
    ("IQ", "Iraq", "伊拉克"),
    ("IR", "Iran", "伊朗"),
    ("IS", "Iceland", "冰岛"),
    ("IT", "Italy", "意大利"),
    ("IT-21", "Piedmont", "皮埃蒙特"),
    ("IT-25", "Lombardy", "伦巴第"),
    ("IT-62", "Lazio", "拉齐奥"),
    ("JE", "Jersey", "泽西岛"),
    ("JM", "Jamaica", "牙买加"),
    ("JO", "Jordan", "约旦"),
    ("JP", "Japan", "日本"),
    ("JP-01", "Hokkaido", "北海道"),
    ("JP-13", "Tokyo", "东京"),
    ("JP-14", "Kanagawa", "神奈川"),
    ("JP-23", "Aichi", "爱知"),
    ("JP-26", "Kyoto", "京都"),
    ("JP-27", "Osaka", "大阪"),
    ("JP-40", "Fukuoka", "福冈"),
    ("KE", "Kenya", "肯尼亚"),
    ("KE-30", "Nairobi", "内罗毕"),
    ("KG", "Kyrgyzstan", "吉尔吉斯斯坦"),
    ("KH", "Cambodia", "柬埔寨"),
    ("KI", "Kiribati", "基里巴斯"),
    ("KM", "Comoros", "科摩罗"),
    ("KN", "Saint Kitts and Nevis", "圣基茨和尼维斯"),
    ("KP", "North Korea", "朝鲜"),
    ("KR", "South Korea", "韩国"),
    ("KR-11", "Seoul", "首尔"),
    ("KR-26", "Busan", "釜山"),
    ("KR-30", "Daejeon", "大田"),
    ("KR-41", "Gyeonggi", "京畿道"),
    ("KW", "Kuwait", "科威特"),
    ("KY", "Cayman Islands", "开曼群岛"),
    ("KZ", "Kazakhstan", "哈萨克斯坦"),
    ("LA", "Laos", "老挝"),
    ("LB", "Lebanon", "黎巴嫩"),
    ("LC", "Saint Lucia", "圣卢西亚"),
    ("LI", "Liechtenstein", "列支敦士登"),
    ("LK", "Sri Lanka", "斯里兰卡"),
    ("LR", "Liberia", "利比里亚"),
    ("LS", "Lesotho", "莱索托"),
    ("LT", "Lithuania", "立陶宛"),
    ("LU", "Luxembourg", "卢森堡"),
    ("LV", "Latvia", "拉脱维亚"),
    ("LY", "Libya", "利比亚"),
    ("MA", "Morocco", "摩洛哥"),
    ("MC", "Monaco", "摩纳哥"),
    ("MD", "Moldova", "摩尔多瓦"),
    ("ME", "Montenegro", "黑山"),
    ("MF", "Saint Martin", "法属圣马丁"),
    ("MG", "Madagascar", "马达加斯加"),
    ("MH", "Marshall Islands", "马绍尔群岛"),
    ("MK", "North Macedonia", "北马其顿"),
    ("ML", "Mali", "马里"),
    ("MM", "Myanmar", "缅甸"),
    ("MN", "Mongolia", "蒙古"),
    ("MO", "Macao", "澳门"),
    ("MP", "Northern Mariana Islands", "北马里亚纳群岛"),
    ("MQ", "Martinique", "马提尼克"),
    ("MR", "Mauritania", "毛里塔尼亚"),
    ("MS", "Montserrat", "蒙特塞拉特"),
    ("MT", "Malta", "马耳他"),
    ("MU", "Mauritius", "毛里求斯"),
    ("MV", "Maldives", "马尔代夫"),
    ("MW", "Malawi", "马拉维"),
    ("MX", "Mexico", "墨西哥"),
    ("MX-CMX", "Mexico City", "墨西哥城"),
    ("MY", "Malaysia", "马来西亚"),
    ("MY-01", "Johor", "柔佛"),
    ("MY-07", "Penang", "槟城"),
    ("MY-10", "Selangor", "雪兰莪"),
    ("MY-14", "Kuala Lumpur", "吉隆坡"),
    ("MZ", "Mozambique", "莫桑比克"),
    ("NA", "Namibia", "纳米比亚"),
    ("NC", "New Caledonia", "新喀里多尼亚"),
    ("NE", "Niger", "尼日尔"),
    ("NF", "Norfolk Island", "诺福克岛"),
    ("NG", "Nigeria", "尼日利亚"),
    ("NG-LA", "Lagos", "拉各斯"),
    ("NI", "Nicaragua", "尼加拉瓜"),
    ("NL", "Netherlands", "荷兰"),
    ("NL-NB", "North Brabant", "北布拉班特"),
    ("NL-NH", "North Holland", "北荷兰"),
    ("NL-UT", "Utrecht", "乌得勒支"),
    ("NL-ZH", "South Holland", "南荷兰"),
    ("NO", "Norway", "挪威"),
    ("NO-03", "Oslo", "奥斯陆"),
    ("NP", "Nepal", "尼泊尔"),
    ("NR", "Nauru", "瑙鲁"),
    ("NU", "Niue", "纽埃"),
    ("NZ", "New Zealand", "新西兰"),
    ("NZ-AUK", "Auckland", "奥克兰"),
    ("NZ-WGN", "Wellington", "惠灵顿"),
    ("OM", "Oman", "阿曼"),
    ("PA", "Panama", "巴拿马"),
    ("PE", "Peru", "秘鲁"),
    ("PF", "French Polynesia", "法属波利尼西亚"),
    ("PG", "Papua New Guinea", "巴布亚新几内亚"),
    ("PH", "Philippines", "菲律宾"),
    ("PH-00", "Metro Manila", "马尼拉大都会"),
    ("PK", "Pakistan", "巴基斯坦"),
    ("PK-PB", "Punjab", "旁遮普"),
    ("PK-SD", "Sindh", "信德"),
    ("PL", "Poland", "波兰"),
    ("PL-14", "Mazovia", "马佐夫舍"),
    ("PM", "Saint Pierre and Miquelon", "圣皮埃尔和密克隆群岛"),
    ("PN", "Pitcairn Islands", "皮特凯恩群岛"),
    ("PR", "Puerto Rico", "波多黎各"),
    ("PS", "Palestine", "巴勒斯坦"),
    ("PT", "Portugal", "葡萄牙"),
    ("PT-11", "Lisbon", "里斯本"),
    ("PW", "Palau", "帕劳"),
    ("PY", "Paraguay", "巴拉圭"),
    ("QA", "Qatar", "卡塔尔"),
    ("RE", "Réunion", "留尼汪"),
    ("RO", "Romania", "罗马尼亚"),
    ("RS", "Serbia", "塞尔维亚"),
    ("RU", "Russia", "俄罗斯"),
    ("RU-MOW", "Moscow", "莫斯科"),
    ("RU-NVS", "Novosibirsk", "新西伯利亚"),
    ("RU-SPE", "Saint Petersburg", "圣彼得堡"),
    ("RU-TA", "Tatarstan", "鞑靼斯坦"),
    ("RW", "Rwanda", "卢旺达"),
    ("SA", "Saudi Arabia", "沙特阿拉伯"),
    ("SA-01", "Riyadh", "利雅得"),
    ("SB", "Solomon Islands", "所罗门群岛"),
    ("SC", "Seychelles", "塞舌尔"),
    ("SD", "Sudan", "苏丹"),
    ("SE", "Sweden", "瑞典"),
    ("SE-AB", "Stockholm", "斯德哥尔摩"),
    ("SG", "Singapore", "新加坡"),
    ("SH", "Saint Helena", "圣赫勒拿"),
    ("SI", "Slovenia", "斯洛文尼亚"),
    ("SJ", "Svalbard and Jan Mayen", "斯瓦尔巴和扬马延"),
    ("SK", "Slovakia", "斯洛伐克"),
    ("SL", "Sierra Leone", "塞拉利昂"),
    ("SM", "San Marino", "圣马力诺"),
    ("SN", "Senegal", "塞内加尔"),
    ("SO", "Somalia", "索马里"),
    ("SR", "Suriname", "苏里南"),
    ("SS", "South Sudan", "南苏丹"),
    ("ST", "São Tomé and Príncipe", "圣多美和普林西比"),
    ("SV", "El Salvador", "萨尔瓦多"),
    ("SX", "Sint Maarten", "荷属圣马丁"),
    ("SY", "Syria", "叙利亚"),
    ("SZ", "Eswatini", "斯威士兰"),
    ("TC", "Turks and Caicos Islands", "特克斯和凯科斯群岛"),
    ("TD", "Chad", "乍得"),
    ("TF", "French Southern Territories", "法属南部领地"),
    ("TG", "Togo", "多哥"),
    ("TH", "Thailand", "泰国"),
    ("TH-10", "Bangkok", "曼谷"),
    ("TH-50", "Chiang Mai", "清迈"),
    ("TJ", "Tajikistan", "塔吉克斯坦"),
    ("TK", "Tokelau", "托克劳"),
    ("TL", "Timor-Leste", "东帝汶"),
    ("TM", "Turkmenistan", "土库曼斯坦"),
    ("TN", "Tunisia", "突尼斯"),
    ("TO", "Tonga", "汤加"),
    ("TR", "Türkiye", "土耳其"),
    ("TR-06", "Ankara", "安卡拉"),
    ("TR-34", "Istanbul", "伊斯坦布尔"),
    ("TT", "Trinidad and Tobago", "特立尼达和多巴哥"),
    ("TV", "Tuvalu", "图瓦卢"),
    ("TW", "Taiwan", "台湾"),
    ("TZ", "Tanzania", "坦桑尼亚"),
    ("UA", "Ukraine", "乌克兰"),
    ("UG", "Uganda", "乌干达"),
    ("UM", "US Minor Outlying Islands", "美国本土外小岛屿"),
    ("US", "United States", "美国"),
    ("US-CA", "California", "加利福尼亚"),
    ("US-DC", "Washington DC", "华盛顿特区"),
    ("US-GA", "Georgia", "佐治亚"),
    ("US-IL", "Illinois", "伊利诺伊"),
    ("US-MA", "Massachusetts", "马萨诸塞"),
    ("US-MI", "Michigan", "密歇根"),
    ("US-NC", "North Carolina", "北卡罗来纳"),
    ("US-NJ", "New Jersey", "新泽西"),
    ("US-NY", "New York", "纽约"),
    ("US-OR", "Oregon", "俄勒冈"),
    ("US-PA", "Pennsylvania", "宾夕法尼亚"),
    ("US-TX", "Texas", "得克萨斯"),
    ("US-WA", "Washington", "华盛顿州"),
    ("UY", "Uruguay", "乌拉圭"),
    ("UZ", "Uzbekistan", "乌兹别克斯坦"),
    ("UZ-TK", "Tashkent", "塔什干"),
    ("VA", "Vatican City", "梵蒂冈"),
    ("VC", "Saint Vincent and Grenadines", "圣文森特和格林纳丁斯"),
    ("VE", "Venezuela", "委内瑞拉"),
    ("VG", "British Virgin Islands", "英属维尔京群岛"),
    ("VI", "US Virgin Islands", "美属维尔京群岛"),
    ("VN", "Vietnam", "越南"),
    ("VN-DN", "Da Nang", "岘港"),
    ("VN-HN", "Hanoi", "河内"),
    ("VN-SG", "Ho Chi Minh City", "胡志明市"),
    ("VU", "Vanuatu", "瓦努阿图"),
    ("WF", "Wallis and Futuna", "瓦利斯和富图纳"),
    ("WS", "Samoa", "萨摩亚"),
    ("YE", "Yemen", "也门"),
    ("YT", "Mayotte", "马约特"),
    ("ZA", "South Africa", "南非"),
    ("ZA-GP", "Gauteng", "豪登"),
    ("ZA-WC", "Western Cape", "西开普"),
    ("ZM", "Zambia", "赞比亚"),
    ("ZW", "Zimbabwe", "津巴布韦"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_whole() {
        for pair in PLACES.windows(2) {
            assert!(pair[0].0 < pair[1].0, "{} before {}", pair[0].0, pair[1].0);
        }
        assert_eq!(PLACES.iter().filter(|(code, _, _)| code.len() == 2).count(), 249);
        assert_eq!(PLACES.iter().filter(|(code, _, _)| code.starts_with("CN-")).count(), 34);
        for (code, en, zh) in PLACES {
            assert_eq!(Region::parse(code).map(|r| r.to_string()), Ok((*code).to_owned()));
            assert!(!en.trim().is_empty() && !zh.is_ascii(), "{code}");
        }
    }

    #[test]
    fn names_in_both_languages() {
        for (code, country, en, zh) in [
            ("cn-gd", "CN", "Guangdong", "广东"),
            (" SG ", "SG", "Singapore", "新加坡"),
            ("GB-lnd", "GB", "London", "伦敦"),
            ("jp-13", "JP", "Tokyo", "东京"),
            ("de-th", "DE", "Germany (DE-TH)", "德国（DE-TH）"),
        ] {
            let region = Region::parse(code);
            assert_eq!(region.as_ref().map(Region::country), Ok(country));
            assert_eq!(region.as_ref().map(|r| r.name(Lang::En)), Ok(Cow::Borrowed(en)));
            assert_eq!(region.map(|r| r.name(Lang::Zh)), Ok(Cow::Borrowed(zh)));
        }
    }

    #[test]
    fn what_is_no_place_is_refused_with_the_remedy() {
        for bad in [
            "", "-", "C", "CN-", "-SH", "XX", "XX-1", "CHN", "CN_SH", "CN-ABCD", "CN-S H", "CN-SH-1", "上海", "CN-沪",
        ] {
            assert_eq!(Region::parse(bad), Err(BadRegion(bad.to_owned())), "{bad}");
        }
        assert!(BadRegion("Shanghai".into()).to_string().contains("ISO 3166"));
    }
}
