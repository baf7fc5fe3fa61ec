/**
 * The months' names in the languages that servers speak, lower case: for each language twelve entries, each its
 * spellings from the shortest that is printed. Where two languages disagree about a spelling (`lip` is July in
 * Poland, June in Croatia), the earlier language is believed and the other told as an alternative.
 */
export const monthNames: Readonly<Record<string, string>> = {
  english:
    "jan january|feb february|mar march|apr april|may|jun june|jul july|aug august|sep sept september|oct october|nov november|dec december",
  german:
    "jan januar jänner|feb februar feber|mär mrz märz maerz|apr april|mai|jun juni|jul juli|aug august|sep sept september|okt oktober|nov november|dez dezember",
  french:
    "jan janv janvier|fév févr février|mar mars|avr avril|mai|jun juin|jul jui juil juillet|aoû août|sep sept septembre|oct octobre|nov novembre|déc décembre",
  spanish:
    "ene enero|feb febrero|mar marzo|abr abril|may mayo|jun junio|jul julio|ago agosto|sep set sept septiembre setiembre|oct octubre|nov noviembre|dic diciembre",
  italian:
    "gen gennaio|feb febbraio|mar marzo|apr aprile|mag maggio|giu giugno|lug luglio|ago agosto|set sett settembre|ott ottobre|nov novembre|dic dicembre",
  portuguese:
    "jan janeiro|fev fevereiro|mar março|abr abril|mai maio|jun junho|jul julho|ago agosto|set setembro|out outubro|nov novembro|dez dezembro",
  dutch:
    "jan januari|feb februari|mrt maart|apr april|mei|jun juni|jul juli|aug augustus|sep september|okt oktober|nov november|dec december",
  danish:
    "jan januar|feb februar|mar marts|apr april|maj|jun juni|jul juli|aug august|sep september|okt oktober|nov november|dec december",
  swedish:
    "jan januari|feb februari|mar mars|apr april|maj|jun juni|jul juli|aug augusti|sep september|okt oktober|nov november|dec december",
  norwegian:
    "jan januar|feb februar|mar mars|apr april|mai|jun juni|jul juli|aug august|sep september|okt oktober|nov november|des desember",
  finnish:
    "tammi tam tammikuu tammikuuta|helmi hel helmikuu helmikuuta|maalis maa maaliskuu maaliskuuta|huhti huh huhtikuu huhtikuuta|touko tou toukokuu toukokuuta|kesä kes kesäkuu kesäkuuta|heinä hei heinäkuu heinäkuuta|elo elokuu elokuuta|syys syy syyskuu syyskuuta|loka lok lokakuu lokakuuta|marras marraskuu marraskuuta|joulu jou joulukuu joulukuuta",
  icelandic:
    "jan janúar|feb febrúar|mar mars|apr apríl|maí|jún júní|júl júlí|ágú ágúst|sep september|okt október|nóv nóvember|des desember",
  polish:
    "sty styczeń stycznia|lut luty lutego|mar marzec marca|kwi kwiecień kwietnia|maj maja|cze czerwiec czerwca|lip lipiec lipca|sie sierpień sierpnia|wrz wrzesień września|paź październik października|lis listopad listopada|gru grudzień grudnia",
  czech:
    "led leden ledna|úno únor února|bře březen března|dub duben dubna|kvě květen května|čen čer čvn červen června|čec čvc červenec července|srp srpen srpna|zář září|říj říjen října|lis listopad listopadu|pro prosinec prosince",
  slovak:
    "jan január januára|feb február februára|mar marec marca|apr apríl apríla|máj mája|jún júna|júl júla|aug august augusta|sep september septembra|okt október októbra|nov november novembra|dec december decembra",
  hungarian:
    "jan január|feb febr február|már márc március|ápr április|máj május|jún június|júl július|aug augusztus|sze szep szept szeptember|okt október|nov november|dec december",
  romanian:
    "ian ianuarie|feb februarie|mar martie|apr aprilie|mai|iun iunie|iul iulie|aug august|sep sept septembrie|oct octombrie|noi nov noiembrie|dec decembrie",
  slovenian:
    "jan januar januarja|feb februar februarja|mar marec marca|apr april aprila|maj maja|jun junij junija|jul julij julija|avg avgust avgusta|sep september septembra|okt oktober oktobra|nov november novembra|dec december decembra",
  croatian:
    "sij siječanj siječnja|vel velj veljača veljače|ožu ožujak ožujka|tra travanj travnja|svi svibanj svibnja|lip lipanj lipnja|srp srpanj srpnja|kol kolovoz kolovoza|ruj rujan rujna|lis listopad listopada|stu studeni studenoga|pro prosinac prosinca",
  serbian:
    "jan januar јан јануар|feb februar феб фебруар|mar mart мар март|apr april апр април|maj мај|jun јун|jul јул|avg avgust авг август|sep septembar сеп септембар|okt oktobar окт октобар|nov novembar нов новембар|dec decembar дец децембар",
  lithuanian:
    "sau saus sausis sausio|vas vasaris vasario|kov kovas kovo|bal balandis balandžio|geg gegužė gegužės|bir birž birželis birželio|lie liep liepa liepos|rgp rugp rugpjūtis rugpjūčio|rgs rugs rugsėjis rugsėjo|spa spal spalis spalio|lap lapkr lapkritis lapkričio|grd gruod gruodis gruodžio",
  latvian:
    "jan janv janvāris|feb febr februāris|mar marts|apr aprīlis|mai maijs|jūn jūnijs|jūl jūlijs|aug augusts|sep sept septembris|okt oktobris|nov novembris|dec decembris",
  estonian:
    "jaan jaanuar|veebr vee veebruar|märts mär|apr aprill|mai|juuni|juuli|aug august|sept september|okt oktoober|nov november|dets detsember",
  russian:
    "янв январь января|фев февр февраль февраля|мар март марта|апр апрель апреля|май мая|июн июнь июня|июл июль июля|авг август августа|сен сент сентябрь сентября|окт октябрь октября|ноя нояб ноябрь ноября|дек декабрь декабря",
  ukrainian:
    "січ січень січня|лют лютий лютого|бер берез березень березня|кві квіт квітень квітня|тра трав травень травня|чер черв червень червня|лип липень липня|сер серп серпень серпня|вер верес вересень вересня|жов жовт жовтень жовтня|лис лист листопад листопада|гру груд грудень грудня",
  bulgarian:
    "яну януари|фев февруари|мар март|апр април|май|юни|юли|авг август|сеп септември|окт октомври|ное ноември|дек декември",
  greek:
    "ιαν ιανουάριος ιανουαρίου|φεβ φεβρουάριος φεβρουαρίου|μαρ μάρτιος μαρτίου|απρ απρίλιος απριλίου|μαι μάιος μαΐου|ιουν ιούν ιούνιος ιουνίου|ιουλ ιούλ ιούλιος ιουλίου|αυγ αύγουστος αυγούστου|σεπ σεπτέμβριος σεπτεμβρίου|οκτ οκτώβριος οκτωβρίου|νοε νοέμβριος νοεμβρίου|δεκ δεκέμβριος δεκεμβρίου",
  turkish:
    "oca ocak|şub şubat|mar mart|nis nisan|may mayıs|haz haziran|tem temmuz|ağu ağustos|eyl eylül|eki ekim|kas kasım|ara aralık",
  catalan:
    "gen gener|feb febr febrer|mar març|abr abril|mai maig|jun juny|jul juliol|ago ag agost|set setembre|oct octubre|nov novembre|des desembre",
  galician:
    "xan xaneiro|feb febreiro|mar marzo|abr abril|mai maio|xuñ xuño|xul xullo|ago agosto|set setembro|out outubro|nov novembro|dec decembro",
  basque:
    "urt urtarrila urtarrilak|ots otsaila otsailak|mar martxoa martxoak|api apirila apirilak|mai maiatza maiatzak|eka ekaina ekainak|uzt uztaila uztailak|abu abuztua abuztuak|ira iraila irailak|urr urria urriak|aza azaroa azaroak|abe abendua abenduak",
  albanian:
    "jan janar|shk shkurt|mar mars|pri prill|maj|qer qershor|kor korrik|gsh gusht|sht shtator|tet tetor|nën nëntor|dhj dhjetor",
  welsh:
    "ion ionawr|chw chwe chwefror|maw mawrth|ebr ebrill|mai|meh mehefin|gor gorff gorffennaf|aws awst|med medi|hyd hydref|tac tach tachwedd|rha rhag rhagfyr",
  irish:
    "ean eanáir|fea feabh feabhra|már márta|aib aibreán|bea beal bealtaine|mei meith meitheamh|iúi iúil|lún lúnasa|mfó mfómh|dfó dfómh|sam samh samhain|nol noll nollaig",
  indonesian:
    "jan januari|peb pebruari februari|mar maret|apr april|mei|jun juni|jul juli|agt ags agu agustus|sep september|okt oktober|nop november|des desember",
  malay:
    "jan januari|feb februari|mac|apr april|mei|jun|jul julai|ogo ogos|sep september|okt oktober|nov november|dis disember",
  hebrew:
    "ינו ינואר|פבר פברואר|מרץ|אפר אפריל|מאי|יונ יוני|יול יולי|אוג אוגוסט|ספט ספטמבר|אוק אוקטובר|נוב נובמבר|דצמ דצמבר",
  arabic:
    "ينا يناير|فبر فبراير|مار مارس|أبر أبريل|ماي مايو|يون يونيو|يول يوليو|أغس أغسطس|سبت سبتمبر|أكت أكتوبر|نوف نوفمبر|ديس ديسمبر",
  thai: "ม.ค|ก.พ|มี.ค|เม.ย|พ.ค|มิ.ย|ก.ค|ส.ค|ก.ย|ต.ค|พ.ย|ธ.ค",
};
